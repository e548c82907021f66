import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { CloisterError } from "../error.ts";
import { hubSource } from "./hub.ts";
import { pullModel } from "./pull.ts";
import { entryFor, noise, withFolder } from "./sample.test.data.ts";

const content = noise(3_000_000);
const entry = entryFor(content);
const path = "/owner/sample/resolve/main/sample.gguf";
const token = "hf_secretsecretsecret";

interface Asked {
  readonly url: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

/** A server on loopback for the time of `work`; `asked` holds what was asked of it. */
async function withServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  work: (origin: string, asked: Asked[]) => Promise<void>,
): Promise<void> {
  const asked: Asked[] = [];
  const server: Server = createServer((request, response) => {
    const { range, authorization } = request.headers;
    asked.push({ url: request.url ?? "", range, authorization });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Answers as the hub's storage does, with ranges. */
function serve(request: IncomingMessage, response: ServerResponse): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  const rest = content.subarray(start);
  if (start === 0) response.writeHead(200, { "content-length": rest.length });
  else
    response.writeHead(206, { "content-length": rest.length, "content-range": `bytes ${start}-${content.length - 1}/${content.length}` });
  response.end(rest);
}

async function read(
  env: Record<string, string>,
  offset = 0,
  more: { connectMs?: number; stallMs?: number; signal?: AbortSignal } = {},
): Promise<Buffer> {
  const { signal = new AbortController().signal, ...waits } = more;
  const chunks: Uint8Array[] = [];
  for await (const chunk of hubSource(entry, { env, ...waits }).read({ offset, signal, ahead: () => {} })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function refusal(reading: Promise<unknown>): Promise<CloisterError> {
  const thrown: unknown = await reading.then(
    () => assert.fail("it was read"),
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof CloisterError, String(thrown));
  for (let error: unknown = thrown; error instanceof Error; error = error.cause)
    assert.ok(!`${error.message}${error.stack}`.includes(token), "no error holds the token");
  return thrown;
}

test("the file is asked for under HF_ENDPOINT, a path of its own included", async () => {
  await withServer(serve, async (origin, asked) => {
    assert.ok((await read({ HF_ENDPOINT: origin })).equals(content));
    assert.ok((await read({ HF_ENDPOINT: `${origin}/mirror/` })).equals(content));
    assert.deepEqual(asked, [
      { url: path, range: undefined, authorization: undefined },
      { url: `/mirror${path}`, range: undefined, authorization: undefined },
    ]);
  });
});

test("the rest of a file is asked for as a range", async () => {
  await withServer(serve, async (origin, asked) => {
    assert.ok((await read({ HF_ENDPOINT: origin }, 1_234_567)).equals(content.subarray(1_234_567)));
    assert.equal(asked[0]?.range, "bytes=1234567-");
  });
});

test("a server that knows no ranges is read from the start, and what is here is skipped", async () => {
  const whole = (_: IncomingMessage, response: ServerResponse): void => void response.end(content);
  await withServer(whole, async (origin) => {
    assert.ok((await read({ HF_ENDPOINT: origin }, 1_234_567)).equals(content.subarray(1_234_567)));
  });
});

test("the token goes to the endpoint as a header, and not along with a redirect to another origin", async () => {
  await withServer(serve, async (storage, askedOfStorage) => {
    const redirect = (request: IncomingMessage, response: ServerResponse): void => {
      // First to itself, by a relative address, as the hub does for a repository that was renamed.
      const renamed = request.url?.startsWith("/renamed") === true;
      response.writeHead(renamed ? 302 : 307, { location: renamed ? `${storage}/blob?signature=abc` : `/renamed${request.url}` }).end();
    };
    await withServer(redirect, async (origin, asked) => {
      assert.ok((await read({ HF_ENDPOINT: origin, HF_TOKEN: `${token}\n` }, 7)).equals(content.subarray(7)));
      assert.deepEqual(asked, [
        { url: path, range: "bytes=7-", authorization: `Bearer ${token}` },
        { url: `/renamed${path}`, range: "bytes=7-", authorization: `Bearer ${token}` },
      ]);
      assert.deepEqual(askedOfStorage, [{ url: "/blob?signature=abc", range: "bytes=7-", authorization: undefined }]);
    });
  });
});

test("no failure repeats the token", async () => {
  const closed = await closedPort();
  await refusal(read({ HF_ENDPOINT: closed, HF_TOKEN: token }));
  await refusal(read({ HF_ENDPOINT: closed, HF_TOKEN: `${token}\r\nx: y` }));
  await refusal(read({ HF_ENDPOINT: `ftp://${token}@127.0.0.1/`, HF_TOKEN: token }));
  await refusal(read({ HF_ENDPOINT: `http://user:${token}@127.0.0.1:1/` }));
  for (const status of [401, 403, 404, 500])
    await withServer(
      (_, response) => void response.writeHead(status).end(token),
      async (origin) => {
        const error = await refusal(read({ HF_ENDPOINT: origin, HF_TOKEN: token }));
        assert.equal(error.code, "unreachable");
        assert.match(error.message, new RegExp(String(status)));
      },
    );
});

test("a file of another size is refused before it is read", async () => {
  const other = (_: IncomingMessage, response: ServerResponse): void => void response.end("<html>sign in</html>");
  await withServer(other, async (origin) => {
    const error = await refusal(read({ HF_ENDPOINT: origin }));
    assert.equal(error.code, "damaged");
    assert.match(error.message, /20 bytes/);
  });
});

test("an answer for another range is refused", async () => {
  const shifted = (_: IncomingMessage, response: ServerResponse): void =>
    void response.writeHead(206, { "content-range": `bytes 0-${content.length - 1}/${content.length}` }).end(content);
  await withServer(shifted, async (origin) => assert.match((await refusal(read({ HF_ENDPOINT: origin }, 5))).message, /another part/));
});

test("redirects without an end, or to no http address, are not followed", async () => {
  for (const location of [path, "file:///etc/passwd", "http://"])
    await withServer(
      (_, response) => void response.writeHead(302, { location }).end(),
      async (origin, asked) => {
        assert.equal((await refusal(read({ HF_ENDPOINT: origin }))).code, "unreachable");
        assert.ok(asked.length <= 6);
      },
    );
});

test("a hub that does not answer, or stops in the middle, is given up", async () => {
  await withServer(
    () => {},
    async (origin) => assert.match((await refusal(read({ HF_ENDPOINT: origin }, 0, { connectMs: 50 }))).message, /does not answer/),
  );
  await withServer(
    (_, response) => void response.writeHead(200, { "content-length": content.length }).write(content.subarray(0, 1_000_000)),
    async (origin) => assert.match((await refusal(read({ HF_ENDPOINT: origin }, 0, { stallMs: 50 }))).message, /stopped sending/),
  );
  assert.equal((await refusal(read({ HF_ENDPOINT: await closedPort() }))).code, "unreachable");
  assert.match((await refusal(read({ HF_HUB_OFFLINE: "1" }))).message, /HF_HUB_OFFLINE/);
});

test("Ctrl-C ends the transfer", async () => {
  const stop = new AbortController();
  await withServer(
    (_, response) => {
      response.writeHead(200, { "content-length": content.length }).write(content.subarray(0, 1_000));
      setImmediate(() => stop.abort());
    },
    async (origin) => assert.equal((await refusal(read({ HF_ENDPOINT: origin }, 0, { signal: stop.signal }))).code, "cancelled"),
  );
});

test("a pull goes on by range after the connection broke", async () => {
  let first = true;
  const breaking = (request: IncomingMessage, response: ServerResponse): void => {
    if (!first) return serve(request, response);
    first = false;
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, 2_000_000), () => response.destroy());
  };
  await withServer(breaking, async (origin, asked) => {
    await withFolder(async (home) => {
      const env = { HF_ENDPOINT: origin };
      const result = await pullModel(home, entry.name, {
        env,
        entry,
        signal: new AbortController().signal,
        sources: [hubSource(entry, { env })],
      });
      assert.equal(result.sha256, entry.sha256);
      assert.equal(asked.length, 2);
      assert.match(asked[1]?.range ?? "", /^bytes=[1-9]\d*-$/);
    });
  });
});

async function closedPort(): Promise<string> {
  let origin = "";
  await withServer(
    () => {},
    async (open) => void (origin = await Promise.resolve(open)),
  );
  return origin;
}
