import assert from "node:assert/strict";
import { test } from "node:test";
import Anthropic, { BadRequestError, NotFoundError } from "@anthropic-ai/sdk";
import type { Prompt } from "../src/prompt/prompt.ts";
import type { Runtime } from "../src/runtime/runtime.ts";
import { seeded } from "../src/prompt/vary-request.test.data.ts";
import { end, fakeRuntime, scripted, serveGateway, type Served, token, until } from "./gateway-fixture.ts";

const hello = `
name: hello
turns:
  - says: I look at the pods.
    call: { tool: Bash, input: { command: kubectl get pods } }
  - expect: OOMKilled
    says: The pod was killed.
`;
const bash: Anthropic.Tool = {
  name: "Bash",
  description: "Runs a command. ".repeat(100),
  input_schema: { type: "object", properties: { command: { type: "string" } }, required: ["command"] },
};
const ask = { model: "any", max_tokens: 1000, tools: [bash], messages: [{ role: "user" as const, content: "What is wrong?" }] };

async function withGateway(
  runtime: Runtime,
  work: (served: Served, client: Anthropic) => Promise<void>,
  options: Parameters<typeof serveGateway>[1] = {},
): Promise<void> {
  const served = await serveGateway(runtime, options);
  try {
    await work(served, new Anthropic({ baseURL: served.listening.url, authToken: token, apiKey: null, maxRetries: 0 }));
  } finally {
    await served.close();
  }
}

/** A request without the client library, for what it would not send. */
async function post(
  served: Served,
  body: string | Uint8Array,
  path = "/v1/messages",
): Promise<{ status: number; type: string; message: string }> {
  const response = await fetch(`${served.listening.url}${path}`, { method: "POST", headers: { authorization: `Bearer ${token}` }, body });
  const parsed = (await response.json()) as { type: string; error: { type: string; message: string }; request_id: string };
  assert.equal(parsed.type, "error");
  assert.match(parsed.request_id, /^req_/);
  return { status: response.status, type: parsed.error.type, message: parsed.error.message };
}

test("the official client library: whole and streamed answers are the same, with a tool call and its result", async () => {
  await withGateway(scripted(hello), async (served, client) => {
    const whole = await client.messages.create(ask);
    const streamed = await client.messages.stream(ask).finalMessage();
    assert.deepEqual(
      whole.content.map((block) => (block.type === "text" ? block.text : block.type === "tool_use" ? block.input : undefined)),
      ["I look at the pods.", { command: "kubectl get pods" }],
    );
    assert.equal(whole.stop_reason, "tool_use");
    assert.deepEqual([streamed.stop_reason, streamed.usage], [whole.stop_reason, whole.usage]);
    const call = streamed.content.find((block) => block.type === "tool_use");
    assert.ok(call);

    const next = await client.messages.create({
      ...ask,
      messages: [
        ...ask.messages,
        { role: "assistant", content: streamed.content },
        { role: "user", content: [{ type: "tool_result", tool_use_id: call.id, content: "web-1 OOMKilled" }] },
      ],
    });
    assert.deepEqual(next.content, [{ type: "text", text: "The pod was killed." }]);
    assert.equal(next.stop_reason, "end_turn");
    assert.ok(next.usage.input_tokens > 0);
    const kinds = served.events.map((event) => event.type).filter((type) => type !== "prefill");
    assert.deepEqual(kinds.slice(-5), ["turn", "request", "result", "said", "turn"]);
  });
});

test("usage tells evaluated and cached tokens apart, and the session's events hold the engine's figures", async () => {
  const runtime = fakeRuntime(async function* () {
    yield { type: "prefill", done: 60, total: 100, cached: 60 };
    yield { type: "text", text: "Hi" };
    yield end();
  });
  await withGateway(runtime, async (served, client) => {
    const { usage } = await client.messages.stream(ask).finalMessage();
    assert.equal(usage.input_tokens, 40);
    assert.equal(usage.cache_read_input_tokens, 60);
    assert.equal(usage.output_tokens, 7);
    const turn = served.events.find((event) => event.type === "turn");
    assert.ok(turn?.type === "turn");
    assert.deepEqual([turn.promptTokens, turn.cachedTokens, turn.outputTokens, turn.byModel], [100, 60, 7, false]);
  });
});

test("counts, models, probes without a token, and a clean 404 for the rest", async () => {
  await withGateway(scripted(hello), async (served, client) => {
    const { max_tokens: _, ...counted } = ask;
    assert.ok((await client.messages.countTokens(counted)).input_tokens > 10);
    const models = await client.models.list();
    assert.deepEqual(
      models.data.map((model) => model.id),
      ["hello"],
    );
    assert.equal((await client.models.retrieve("hello")).id, "hello");
    await assert.rejects(client.models.retrieve("claude-opus"), NotFoundError);
    const { url } = served.listening;
    for (const path of ["/", "/api/hello", "/healthz"]) assert.equal((await fetch(`${url}${path}`, { method: "HEAD" })).status, 200, path);
    const health = (await (await fetch(`${url}/healthz`)).json()) as unknown;
    assert.deepEqual(health, { ok: true, model: "hello", isModel: false, runtime: "scripted" });
    assert.deepEqual((await post(served, "{}", "/api/event_logging/batch")).type, "not_found_error");
    assert.equal((await post(served, "{}", "/v1/files")).status, 404);
  });
});

test("only who has the session's token is served", async () => {
  await withGateway(scripted(hello), async (served) => {
    const { url } = served.listening;
    for (const headers of [{}, { authorization: "Bearer wrong" }, { authorization: token }, { "x-api-key": `${token}x` }] as Record<
      string,
      string
    >[]) {
      const response = await fetch(`${url}/v1/models`, { headers });
      assert.equal(response.status, 401);
      assert.equal(((await response.json()) as { error: { type: string } }).error.type, "authentication_error");
    }
    assert.equal((await fetch(`${url}/v1/models`, { headers: { "x-api-key": token } })).status, 200);
  });
});

test("bad bodies get a 400 with the field named, and the server goes on", async () => {
  await withGateway(
    scripted(hello),
    async (served, client) => {
      const bad = (change: object): string => JSON.stringify({ ...ask, ...change });
      const cases: [string, string | Uint8Array, RegExp][] = [
        ["not JSON", "{nope", /not valid JSON/],
        ["not UTF-8", new Uint8Array([0x22, 0xff, 0x22]), /not valid UTF-8/],
        ["nested without end", "[".repeat(5000) + "]".repeat(5000), /nested/],
        ["no object", "[]", /\(body\)/],
        ["unknown role", bad({ messages: [{ role: "robot", content: "x" }] }), /^messages\.0\.role: /],
        [
          "unknown block",
          bad({ messages: [{ role: "user", content: [{ type: "text", text: "a" }, { type: "hologram" }] }] }),
          /^messages\.0\.content\.1\.type: /,
        ],
        ["unknown tool", bad({ tools: [bash, { type: "telepathy_20300101", name: "x" }] }), /^tools\.1\.type: /],
        ["tool without a schema", bad({ tools: [{ name: "x" }] }), /^tools\.0\.input_schema: /],
        ["max_tokens", bad({ max_tokens: 0 }), /^max_tokens: /],
        ["tool_choice", bad({ tool_choice: { type: "tool", name: "Other" } }), /^tool_choice\.name: /],
        [
          "result of no call",
          bad({ messages: [{ role: "user", content: [{ type: "tool_result", tool_use_id: "t9" }] }] }),
          /^messages\.0\.content\.0\.tool_use_id: /,
        ],
      ];
      for (const [what, body, message] of cases) {
        const answer = await post(served, body);
        assert.equal(answer.status, 400, what);
        assert.equal(answer.type, "invalid_request_error", what);
        assert.match(answer.message, message, what);
      }
      assert.equal((await post(served, JSON.stringify({ ...ask, padding: "x".repeat(300_000) }))).status, 413);
      const chunked = new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(new Uint8Array(50_000).fill(32)),
      });
      const endless = await served.gateway.fetch(
        new Request("http://localhost/v1/messages", {
          method: "POST",
          headers: { "x-api-key": token },
          body: chunked,
          duplex: "half",
        } as RequestInit),
      );
      assert.equal(endless.status, 413);
      assert.equal((await client.messages.create(ask)).stop_reason, "tool_use");
    },
    { limits: { bodyBytes: 200_000 } },
  );
});

test("a prompt over the window is refused in the words that clients know", async () => {
  const runtime = fakeRuntime(
    async function* () {
      yield end();
    },
    () => 5000,
  );
  await withGateway(runtime, async (served, client) => {
    for (const stream of [true, false]) {
      const answer = await post(served, JSON.stringify({ ...ask, stream }));
      assert.deepEqual(answer, { status: 400, type: "invalid_request_error", message: "prompt is too long: 5000 tokens > 3840 maximum" });
    }
    await assert.rejects(client.messages.create({ ...ask, stream: true }), BadRequestError);
  });
});

test("max_tokens is bounded by the session and by the window", async () => {
  const seen: number[] = [];
  let tokens = 10;
  const runtime = fakeRuntime(
    async function* (prompt: Prompt) {
      seen.push(prompt.maxTokens);
      yield end();
    },
    () => tokens,
  );
  await withGateway(
    runtime,
    async (_, client) => {
      await client.messages.create({ ...ask, max_tokens: 32_000, stream: true });
      await client.messages.create({ ...ask, max_tokens: 50 });
      tokens = 3800;
      await client.messages.create({ ...ask, max_tokens: 32_000, stream: true });
      await until(() => seen.length === 3, "three turns were run");
    },
    { limits: { maxTokens: 2000 } },
  );
  assert.deepEqual(seen, [2000, 50, 296]);
});

test("message_start comes before the first chunk is evaluated, and pings fill the silence", async () => {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const runtime = fakeRuntime(async function* () {
    yield { type: "prefill", done: 0, total: 10, cached: 0 };
    await released;
    yield { type: "text", text: "done" };
    yield end();
  });
  await withGateway(
    runtime,
    async (_, client) => {
      const kinds: string[] = [];
      const response = await client.messages.create({ ...ask, stream: true }).asResponse();
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      assert.ok(reader);
      let text = "";
      while (kinds.length < 6) {
        const { value } = await reader.read();
        text += value ?? "";
        kinds.splice(0, kinds.length, ...[...text.matchAll(/^event: (\w+)$/gm)].map((match) => match[1] ?? ""));
      }
      assert.deepEqual(kinds.slice(0, 6), ["message_start", "ping", "ping", "ping", "ping", "ping"]);
      release();
      for (let done = false; !done;) {
        const chunk = await reader.read();
        text += chunk.value ?? "";
        done = chunk.done;
      }
      assert.match(text, /event: message_stop\n/);
    },
    { limits: { pingMs: 20 } },
  );
});

for (const how of ["while the prompt is evaluated", "while text is written", "before anything was sent", "while a whole answer is made"]) {
  test(`a client that hangs up ${how} stops the runtime within one event, and the next request is served`, async () => {
    let stopped = 0;
    let afterAbort = 0;
    let started = 0;
    const runtime = fakeRuntime(async function* (_prompt, _lane, signal) {
      started++;
      try {
        if (started > 1) return yield end();
        if (how === "before anything was sent") {
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
        }
        for (let done = 0; ; done++) {
          if (signal.aborted) afterAbort++;
          yield how === "while text is written" ? { type: "text", text: "word " } : { type: "prefill", done, total: 1e9, cached: 0 };
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
      } finally {
        stopped++;
      }
    });
    await withGateway(runtime, async (served, client) => {
      const abort = new AbortController();
      const read = (async (): Promise<void> => {
        if (how === "while a whole answer is made") await client.messages.create(ask, { signal: abort.signal });
        for await (const _ of await client.messages.create({ ...ask, stream: true }, { signal: abort.signal }))
          if (how === "while text is written") abort.abort();
      })().catch(() => undefined);
      await until(() => started === 1, "the turn started");
      if (how === "while the prompt is evaluated" || how === "while a whole answer is made")
        await until(() => served.events.length > 3, "some chunks are evaluated");
      abort.abort();
      await read;
      await until(() => stopped === 1, "the runtime was stopped");
      assert.ok(afterAbort <= 1, `${afterAbort} events after the abort`);
      await client.messages.create(ask);
      const failure = served.events.find((event) => event.type === "failure");
      if (how !== "while text is written") assert.ok(failure?.type === "failure" && failure.code === "cancelled");
    });
  });
}

test("random bodies: always a 4xx in the API's form, never a crash", async () => {
  await withGateway(scripted(hello), async (served, client) => {
    const random = seeded(7);
    const pieces: unknown[] = [
      null,
      true,
      -1,
      1e308,
      "",
      "text",
      "\uD800",
      [],
      {},
      ask.messages,
      ask.tools,
      { type: "text" },
      { type: "tool_use", id: 1 },
    ];
    const keys = [
      "model",
      "max_tokens",
      "messages",
      "system",
      "tools",
      "tool_choice",
      "stream",
      "role",
      "content",
      "type",
      "__proto__",
      "constructor",
    ];
    const value = (depth: number): unknown => {
      const pick = random();
      if (depth === 0 || pick < 0.5) return pieces[Math.floor(random() * pieces.length)];
      if (pick < 0.75) return Array.from({ length: Math.floor(random() * 4) }, () => value(depth - 1));
      return Object.fromEntries(Array.from({ length: 4 }, () => [keys[Math.floor(random() * keys.length)], value(depth - 1)]));
    };
    for (let round = 0; round < 300; round++) {
      const damaged = round % 2 === 0 ? value(4) : { ...ask, [keys[Math.floor(random() * 6)] ?? ""]: value(3) };
      let body = JSON.stringify(damaged);
      if (round % 5 === 0) body = body.slice(0, Math.floor(random() * body.length));
      const response = await served.gateway.fetch(
        new Request("http://localhost/v1/messages", { method: "POST", headers: { "x-api-key": token }, body }),
      );
      const text = await response.text();
      if (response.status === 200) continue;
      assert.ok(response.status >= 400 && response.status < 500, `${response.status}: ${body}`);
      const parsed = JSON.parse(text) as { type: string; error: { message: string } };
      assert.equal(parsed.type, "error");
      assert.ok(parsed.error.message.length < 1000);
    }
    assert.equal((await client.messages.create(ask)).stop_reason, "tool_use");
  });
});
