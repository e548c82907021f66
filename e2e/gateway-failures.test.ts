import assert from "node:assert/strict";
import { test } from "node:test";
import { CloisterError, type ErrorCode } from "../src/error.ts";
import type { RuntimeEvent } from "../src/runtime/runtime.ts";
import { end, fakeRuntime, serveGateway, type Served, token } from "./gateway-fixture.ts";

/**
 * Whatever a runtime may fail with is one error in the API's own form, and one that clients try again: a status from 500 on as long as nothing was
 * sent, an error event as the stream's last one afterwards.
 */
const failures: readonly { readonly code: ErrorCode; readonly status: number; readonly type: string }[] = [
  { code: "engine-lost", status: 529, type: "overloaded_error" },
  { code: "overloaded", status: 529, type: "overloaded_error" },
  { code: "invalid-call", status: 529, type: "overloaded_error" },
  { code: "unreachable", status: 502, type: "api_error" },
  { code: "timeout", status: 504, type: "timeout_error" },
  { code: "internal", status: 500, type: "api_error" },
];

async function ask(served: Served, stream: boolean): Promise<{ status: number; text: string }> {
  const response = await fetch(`${served.listening.url}/v1/messages`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ model: "any", max_tokens: 64, stream, messages: [{ role: "user", content: "hi" }] }),
  });
  return { status: response.status, text: await response.text() };
}

/** A gateway whose runtime begins like this, as long as it is broken, and then throws. */
async function withBroken(
  thrown: Error,
  begins: readonly RuntimeEvent[],
  work: (served: Served, mend: () => void) => Promise<void>,
): Promise<void> {
  let isBroken = true;
  const runtime = fakeRuntime(async function* () {
    if (isBroken) {
      for (const event of begins) {
        yield event;
        // The headers leave with the first event, before what is wrong is known.
        await new Promise((done) => setTimeout(done, 30));
      }
      throw thrown;
    }
    yield { type: "text", text: "well" };
    yield end();
  });
  const served = await serveGateway(runtime);
  try {
    await work(served, () => (isBroken = false));
  } finally {
    await served.close();
  }
}

interface Body {
  readonly type: string;
  readonly error: { readonly type: string; readonly message: string };
  readonly request_id: string;
}

function check(body: Body, type: string): void {
  assert.deepEqual([body.type, body.error.type, body.error.message], ["error", type, "It went wrong. Look at its log."]);
  assert.match(body.request_id, /^req_/);
}

for (const { code, status, type } of failures) {
  const thrown = new CloisterError(code, "It went wrong.", { hint: "Look at its log." });

  test(`${code} before anything was sent is a status that clients try again, and the next request is answered`, async () => {
    await withBroken(thrown, [], async (served, mend) => {
      for (const stream of [false, true]) {
        const answer = await ask(served, stream);
        assert.equal(answer.status, status, `stream: ${stream}`);
        assert.ok(answer.status >= 500);
        check(JSON.parse(answer.text) as Body, type);
      }
      mend();
      assert.equal((await ask(served, false)).status, 200);
    });
  });

  test(`${code} in the middle of an answer is the stream's last event, and nothing says that the answer is whole`, async () => {
    await withBroken(thrown, [{ type: "text", text: "half" }], async (served, mend) => {
      const { status: sent, text } = await ask(served, true);
      assert.equal(sent, 200);
      const events = text.trim().split("\n\n");
      const [name = "", data = ""] = events.at(-1)?.split("\n") ?? [];
      assert.equal(name, "event: error", text);
      check(JSON.parse(data.replace(/^data: /, "")) as Body, type);
      assert.equal(events.filter((event) => /^event: (error|message_stop)$/m.test(event)).length, 1, "one end, and it is the error");
      assert.equal((await ask(served, false)).status, status, "a whole answer is a status all the same");
      mend();
      assert.match((await ask(served, true)).text, /event: message_stop/);
    });
  });
}

test("a fault that is nobody's is told without its stack", async () => {
  await withBroken(new TypeError("x is not a function"), [], async (served) => {
    const { status, text } = await ask(served, false);
    assert.equal(status, 500);
    const { error } = JSON.parse(text) as Body;
    assert.equal(error.type, "api_error");
    assert.ok(!/\n\s+at |\.ts:|\.js:/.test(error.message), error.message);
  });
});
