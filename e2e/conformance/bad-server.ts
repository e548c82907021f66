import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { CloisterError, type ErrorCode } from "../../src/error.ts";
import type { TimeLimits } from "../../src/runtime/http/limits.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import { pick, prompt, says, tell } from "./turns.ts";

/** What a server of one dialect says when it is well, so that a runtime can be made; and how its stream goes. */
export interface Dialect {
  readonly name: string;
  /** Answers what is no turn; true where it did. */
  answer(path: string, body: unknown, response: ServerResponse): boolean;
  /** A stream's first piece with this text, bytes of the text as they are. */
  piece(text: Buffer): Buffer;
  /** A whole stream that says nothing more. */
  readonly ending: Buffer;
  /** A stream with two calls, or undefined where the dialect has no calls. */
  readonly twoCalls?: Buffer | undefined;
  readonly streamType: string;
  open(url: string, limits: { question: Partial<TimeLimits>; turn: Partial<TimeLimits> }): Promise<Runtime>;
}

type Turn = (response: ServerResponse, dialect: Dialect) => void;

interface BadTurn {
  readonly what: string;
  readonly turn: Turn;
  readonly code: ErrorCode;
  readonly message: RegExp;
}

const secret = "s3cr3t-of-the-test";

/** Each way to fail in the middle of a session, what it is called then, and that the next turn is well again. */
const badTurns: readonly BadTurn[] = [
  { what: "hangs before its answer", turn: () => {}, code: "timeout", message: /did not begin to answer within 0\.\d+ s/ },
  {
    what: "falls silent in the middle",
    turn: (response, dialect) => void begin(response, dialect).write(dialect.piece(Buffer.from("half"))),
    code: "timeout",
    message: /fell silent/,
  },
  {
    what: "answers 500 in words",
    turn: (response) => end(response, 500, "application/json", `{"error": {"message": "out of memory, key ${secret}\\u0007"}}`),
    code: "engine-lost",
    message: /answered 500: out of memory, key \[key\]$/,
  },
  {
    what: "answers 500 with a book",
    turn: (response) => end(response, 500, "text/plain", "x".repeat(1_000_000)),
    code: "engine-lost",
    message: /^.{100,700}…$/,
  },
  { what: "answers 503", turn: (response) => end(response, 503, "application/json", "{}"), code: "overloaded", message: /answered 503/ },
  { what: "answers 401", turn: (response) => end(response, 401, "text/plain", "no"), code: "unreachable", message: /answered 401: no/ },
  {
    what: "sends half a stream",
    turn: (response, dialect) => void begin(response, dialect).end(dialect.piece(Buffer.from("half"))),
    code: "engine-lost",
    message: /stopped in the middle/,
  },
  {
    what: "dies in the middle",
    turn: (response, dialect) => void begin(response, dialect).write(dialect.piece(Buffer.from("half")), () => response.destroy()),
    code: "engine-lost",
    message: /stopped in the middle/,
  },
  { what: "hangs up without a word", turn: (response) => void response.destroy(), code: "engine-lost", message: /closed the connection/ },
  {
    what: "sends a web page",
    turn: (response) => end(response, 200, "text/html; charset=utf-8", "<!doctype html><title>Router</title>"),
    code: "unreachable",
    message: /is not a usable .+: it sent a web page/,
  },
  {
    what: "sends a web page as an error",
    turn: (response) => end(response, 502, "text/html", "<html><h1>Bad gateway</h1></html>"),
    code: "engine-lost",
    message: /answered 502$/,
  },
  {
    what: "sends what is no JSON",
    turn: (response, dialect) => end(response, 200, dialect.streamType, "data: {half\n\ndata: more\n\n"),
    code: "engine-lost",
    message: /no JSON/,
  },
  {
    what: "wants the request to go somewhere else",
    turn: (response) => void response.writeHead(307, { location: "http://192.0.2.1/" }).end(),
    code: "unreachable",
    message: /never followed/,
  },
];

/** Holds a runtime to one clear error within its limits for whatever its server does, with a server that does it. */
export function badServerTests(dialect: Dialect): void {
  const bad = (what: string, run: (serve: Serve) => Promise<void>): void => {
    test(`${dialect.name} with a server that ${what}`, async () => {
      const served: Served[] = [];
      try {
        await run(async (turn) => {
          const one = await serveDialect(dialect, turn);
          served.push(one);
          return one;
        });
      } finally {
        for (const { runtime, stop } of served) {
          await runtime.close();
          stop();
        }
      }
    });
  };

  for (const { what, turn, code, message } of badTurns) {
    bad(what, async (serve) => {
      const { runtime, turnsWell } = await serve(turn);
      await assert.rejects(tell(runtime, prompt([says("hi")])), (error: unknown) => {
        assert.ok(error instanceof CloisterError, String(error));
        assert.deepEqual([error.code, message.test(error.message)], [code, true], error.message);
        assert.ok(!`${error.message} ${error.hint}`.includes(secret), "the key stays where it is");
        return true;
      });
      turnsWell();
      assert.equal((await tell(runtime, prompt([says("hi")]))).text, "well");
    });
  }

  bad("sends bytes that are no UTF-8", async (serve) => {
    const { runtime } = await serve((response) => {
      begin(response, dialect).write(dialect.piece(Buffer.from([0x61, 0xff, 0xc3, 0x62])));
      response.end(dialect.ending);
    });
    assert.equal((await tell(runtime, prompt([says("hi")]))).text, "a\uFFFD\uFFFDb");
  });

  bad("sends one byte at a time", async (serve) => {
    const { runtime } = await serve((response) => void dribble(response, dialect, "grüß 🌊"));
    assert.equal((await tell(runtime, prompt([says("hi")]))).text, "grüß 🌊");
  });

  const { twoCalls } = dialect;
  if (twoCalls !== undefined)
    bad("makes two calls where one is allowed", async (serve) => {
      const { runtime } = await serve((response) => void begin(response, dialect).end(twoCalls));
      const { calls, end } = await tell(runtime, prompt([says("hi")], { tools: [pick] }));
      assert.deepEqual(calls, [{ id: "", name: "Pick", input: { city: "Oslo" } }]);
      assert.equal(end.reason, "tool-use");
    });

  bad("is there when the runtime is made, and gone for the turn", async (serve) => {
    const { runtime, stop } = await serve(() => {});
    stop();
    await assert.rejects(tell(runtime, prompt([says("hi")])), (error: unknown) => {
      assert.ok(error instanceof CloisterError, String(error));
      assert.ok(["unreachable", "engine-lost"].includes(error.code), error.code);
      assert.ok(error.hint);
      return true;
    });
  });

  test(`${dialect.name} where no server is`, async () => {
    const { url, stop } = await serveHttp(() => {});
    stop();
    await assert.rejects(dialect.open(url, limits), (error: unknown) => {
      assert.ok(error instanceof CloisterError, String(error));
      assert.equal(error.code, "unreachable");
      assert.match(error.message, /^No .+ answers at http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\)\.$/);
      return true;
    });
  });

  test(`${dialect.name} where another server is`, async () => {
    for (const answer of [
      (response: ServerResponse): void => end(response, 200, "text/html", "<!doctype html>"),
      (response: ServerResponse): void => end(response, 404, "text/plain", "no"),
      (response: ServerResponse): void => end(response, 200, "application/json", "[]"),
    ]) {
      const { url, stop } = await serveHttp((_request, response) => answer(response));
      try {
        await assert.rejects(dialect.open(url, limits), (error: unknown) => {
          assert.ok(error instanceof CloisterError, String(error));
          assert.ok(["unreachable", "usage"].includes(error.code), error.message);
          return true;
        });
      } finally {
        stop();
      }
    }
  });
}

const limits = { question: { firstByteMs: 2_000 }, turn: { firstByteMs: 700, silenceMs: 700 } };

interface Served {
  readonly runtime: Runtime;
  /** From now on it answers turns with "well". */
  turnsWell(): void;
  stop(): void;
}
type Serve = (turn: Turn) => Promise<Served>;

async function serveDialect(dialect: Dialect, bad: Turn): Promise<Served> {
  let turn = bad;
  const { url, stop } = await serveHttp((request, response, body) => {
    if (!dialect.answer(request.url ?? "", body, response)) turn(response, dialect);
  });
  try {
    const runtime = await dialect.open(url, limits);
    return { runtime, stop, turnsWell: () => (turn = (response) => void dribble(response, dialect, "well")) };
  } catch (error) {
    stop();
    throw error;
  }
}

/** The key that runtimes give their servers here. */
export const apiKey = secret;

async function serveHttp(
  answer: (request: IncomingMessage, response: ServerResponse, body: unknown) => void,
): Promise<{ url: string; stop(): void }> {
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      const text = Buffer.concat(pieces).toString();
      answer(request, response, text === "" ? undefined : JSON.parse(text));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function begin(response: ServerResponse, dialect: Dialect): ServerResponse {
  return response.writeHead(200, { "content-type": dialect.streamType });
}

export function end(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "content-type": type }).end(body);
}

export function json(response: ServerResponse, value: unknown): true {
  end(response, 200, "application/json", JSON.stringify(value));
  return true;
}

async function dribble(response: ServerResponse, dialect: Dialect, text: string): Promise<void> {
  begin(response, dialect);
  for (const byte of Buffer.concat([dialect.piece(Buffer.from(text)), dialect.ending])) {
    // One packet each: the next byte is written when this one has left.
    await new Promise<void>((resolve) => void response.write(Buffer.from([byte]), () => resolve()));
  }
  response.end();
}
