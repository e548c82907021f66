import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { z } from "zod";
import { CloisterError, type ErrorCode } from "../../error.ts";
import { createServer, type Server, type ServerOptions } from "./server.ts";

const number = z.object({ n: z.number() });

/** A server on loopback or on a socket that answers as it is told, and a client of it; both are closed at the end. */
async function withServer(
  answer: RequestListener,
  use: (server: Server, sockets: readonly Socket[]) => Promise<void>,
  options: Partial<ServerOptions> = {},
  socketPath?: string,
): Promise<void> {
  const http = createHttpServer(answer);
  const sockets: Socket[] = [];
  http.on("connection", (socket: Socket) => sockets.push(socket));
  await new Promise<void>((resolve) =>
    socketPath === undefined ? http.listen(0, "127.0.0.1", resolve) : http.listen(socketPath, resolve),
  );
  const url = socketPath === undefined ? `http://127.0.0.1:${(http.address() as AddressInfo).port}/base` : `unix:${socketPath}`;
  const server = createServer({ url, kind: "fake", startHint: "start it", ...options });
  try {
    await use(server, sockets);
  } finally {
    server.close();
    http.close();
    http.closeAllConnections();
  }
}

function failsAs(code: ErrorCode, message: RegExp) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof CloisterError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  };
}

test("a question goes out with its key and its body, below the URL's own path", async () => {
  const seen: IncomingMessage[] = [];
  await withServer(
    (request, response) => {
      seen.push(request);
      response.end('{"n": 1}');
    },
    async (server) => {
      assert.deepEqual(await server.ask({ path: "/a" }, number), { n: 1 });
      assert.deepEqual(await server.ask({ path: "/b", body: { x: "ü" } }, number), { n: 1 });
      assert.deepEqual(
        seen.map(({ method, url, headers }) => [method, url, headers.authorization, headers["content-length"]]),
        [
          ["GET", "/base/a", "Bearer k3y", undefined],
          ["POST", "/base/b", "Bearer k3y", "10"],
        ],
      );
    },
    { apiKey: "k3y" },
  );
});

test("a kept connection that the server closed is replaced without a word", async () => {
  const bodies: string[] = [];
  await withServer(
    (request, response) => {
      request.on("data", (piece) => bodies.push(String(piece)));
      request.on("end", () => response.end('{"n": 1}'));
    },
    async (server, sockets) => {
      await server.ask({ path: "/a" }, number);
      // Closed under the client's hands: it finds out when it has sent the next question.
      sockets[0]?.removeAllListeners("data").on("data", () => sockets[0]?.destroy());
      assert.deepEqual(await server.ask({ path: "/b", body: { again: true } }, number), { n: 1 });
      assert.equal(sockets.length, 2);
      assert.deepEqual(bodies, ['{"again":true}'], "asked once as far as the server can tell");
    },
  );
});

test("a fresh connection that is closed without an answer is not tried again", async () => {
  let asked = 0;
  await withServer(
    (request) => {
      asked++;
      request.socket.destroy();
    },
    async (server) => {
      await assert.rejects(server.ask({ path: "/a" }, number), failsAs("engine-lost", /closed the connection without an answer/));
      assert.equal(asked, 1);
    },
  );
});

test("what a server may not have is absent, what it may not be is an error", async () => {
  const answers: Record<string, [number, string]> = {
    "/base/none": [404, "{}"],
    "/base/other": [200, '{"m": 1}'],
    "/base/page": [200, " <!DOCTYPE html><p>"],
    "/base/text": [200, "hello"],
    "/base/cut": [200, '{"n":'],
    "/base/deep": [400, '{"error": {"message": "no such thing"}}'],
    "/base/list": [422, '{"detail": [{"msg": "field required"}]}'],
    "/base/busy": [503, '{"error": "loading"}'],
  };
  await withServer(
    (request, response) => {
      const [status, body] = answers[request.url ?? ""] ?? [500, ""];
      response.writeHead(status).end(body);
    },
    async (server) => {
      assert.equal(await server.find({ path: "/none" }, number), undefined);
      assert.equal(await server.find({ path: "/other" }, number), undefined);
      await assert.rejects(server.ask({ path: "/none" }, number), failsAs("unreachable", /not a usable fake: it answered 404/));
      await assert.rejects(server.ask({ path: "/other" }, number), failsAs("unreachable", /answer to \/other is wrong at n/));
      await assert.rejects(server.ask({ path: "/page" }, number), failsAs("unreachable", /it sent a web page/));
      await assert.rejects(server.ask({ path: "/text" }, number), failsAs("unreachable", /answer to \/text is no JSON/));
      await assert.rejects(server.ask({ path: "/cut" }, number), failsAs("unreachable", /answer to \/cut is no JSON/));
      await assert.rejects(server.ask({ path: "/deep" }, number), failsAs("bad-request", /answered 400: no such thing$/));
      await assert.rejects(server.ask({ path: "/list" }, number), failsAs("bad-request", /answered 422: field required$/));
      await assert.rejects(server.ask({ path: "/busy" }, number), failsAs("overloaded", /answered 503: loading$/));
      const explain = (): CloisterError => new CloisterError("missing", "explained");
      await assert.rejects(server.ask({ path: "/deep", explain }, number), failsAs("missing", /^explained$/));
    },
  );
});

test("each limit ends what waits, and says which it was", async () => {
  // One limit is short in each case and the others out of reach, so that a busy machine cannot mix them up.
  const far = 60_000;
  const endsWith = (path: string, limits: { firstByteMs?: number; silenceMs?: number; wholeMs?: number }, says: RegExp) =>
    withServer(
      (request, response) => {
        if (request.url === "/base/silent") response.write("data: 1\n\n");
        if (request.url === "/base/endless") setInterval(() => response.write("data: 1\n\n"), 5).unref();
      },
      async (server) => {
        const read = async (): Promise<void> => {
          for await (const _ of server.events({ path })) continue;
        };
        await assert.rejects(read(), failsAs("timeout", says));
      },
      { limits: { turn: { firstByteMs: far, silenceMs: far, wholeMs: far, ...limits } } },
    );
  await endsWith("/hang", { firstByteMs: 200 }, /did not begin to answer within 0.2 s/);
  await endsWith("/silent", { silenceMs: 200 }, /fell silent and sent nothing within 0.2 s/);
  await endsWith("/endless", { wholeMs: 400 }, /did not finish within 0.4 s/);
});

test("the time that a reader takes is not the server's silence", async () => {
  await withServer(
    (_request, response) => void response.end("data: 1\n\ndata: 2\n\n"),
    async (server) => {
      const seen: string[] = [];
      for await (const { data } of server.events({ path: "/" })) {
        seen.push(data);
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
      assert.deepEqual(seen, ["1", "2"]);
    },
    { limits: { turn: { firstByteMs: 100, silenceMs: 100 } } },
  );
});

test("leaving the loop and aborting close the connection", async () => {
  for (const how of ["break", "abort"] as const) {
    let closed: (() => void) | undefined;
    const isClosed = new Promise<void>((resolve) => (closed = resolve));
    await withServer(
      (request, response) => {
        request.socket.on("close", () => closed?.());
        response.write("data: 1\n\n");
      },
      async (server) => {
        const leave = new AbortController();
        const running = (async () => {
          for await (const _ of server.events({ path: "/", signal: leave.signal })) {
            if (how === "break") break;
            leave.abort();
          }
        })();
        if (how === "break") await running;
        else await assert.rejects(running, failsAs("cancelled", /cancelled/));
        await isClosed;
      },
    );
  }
});

test("newline-delimited JSON is read line by line", async () => {
  await withServer(
    (request, response) => void response.end(request.url === "/base/bad" ? '{"a":1}\nhalf{' : '{"a":1}\n\n[2]\r\n'),
    async (server) => {
      const lines: unknown[] = [];
      for await (const line of server.lines({ path: "/" })) lines.push(line);
      assert.deepEqual(lines, [{ a: 1 }, [2]]);
      const bad = (async () => {
        for await (const line of server.lines({ path: "/bad" })) assert.deepEqual(line, { a: 1 });
      })();
      await assert.rejects(bad, failsAs("engine-lost", /a line that is no JSON/));
    },
  );
});

test("a socket in the file system is as good as a port", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cloister-socket-"));
  try {
    await withServer(
      (request, response) => void response.end(`{"n": ${request.url?.length}}`),
      async (server) => assert.deepEqual(await server.ask({ path: "/abc" }, number), { n: 4 }),
      {},
      join(folder, "s"),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("a key that no header can carry is wrong usage, and is not repeated", () => {
  assert.throws(
    () => createServer({ url: "http://127.0.0.1", kind: "fake", startHint: "", apiKey: "s3cr3t\nx" }),
    (error: unknown) => error instanceof CloisterError && error.code === "usage" && !error.message.includes("s3cr3t"),
  );
});
