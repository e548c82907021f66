import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { test } from "node:test";
import { dietOf } from "../prompt/diet.ts";
import type { Runtime, RuntimeEvent } from "../runtime/runtime.ts";
import { createGateway, type Gateway } from "./gateway.ts";
import { listen } from "./listen.ts";
import { randomIds } from "./random-ids.ts";

/** The gateway behind Node's own HTTP, where bodies are read from and streams written to Node's messages and no Web stream is between. */
const facts: Runtime["facts"] = {
  runtime: "scripted",
  model: "m",
  isModel: false,
  window: 1_000_000,
  template: "none",
  engine: "none",
  can: { grammar: true, count: true, lanes: true, store: false, progress: true, cacheFigures: true, cancel: true },
};
const timing = { promptTokens: 1, cachedTokens: 0, outputTokens: 1, prefillMs: 0, decodeMs: 0 };

interface Served {
  readonly port: number;
  readonly gateway: Gateway;
}

async function withGateway(
  run: (signal: AbortSignal) => AsyncIterable<RuntimeEvent>,
  work: (served: Served) => Promise<void>,
  bodyBytes = 1 << 20,
): Promise<void> {
  const runtime: Runtime = {
    facts,
    count: () => Promise.resolve(10),
    countTexts: (texts) => Promise.resolve(texts.map(() => 1)),
    run: (_prompt, _lane, signal) => run(signal),
    close: () => Promise.resolve(),
  };
  const options = { runtime, token: "t", diet: dietOf("full"), observe: () => {}, now: Date.now, newId: randomIds() };
  const gateway = createGateway({ ...options, limits: { bodyBytes, maxTokens: 200_000 } });
  const listening = await listen((request, node) => gateway.fetch(request, node), { host: "127.0.0.1", port: 0 });
  try {
    await work({ port: listening.port ?? 0, gateway });
  } finally {
    await listening.close();
    await gateway.close();
  }
}

function post(port: number, headers: Record<string, string | number> = {}): ClientRequest {
  return httpRequest({ host: "127.0.0.1", port, path: "/v1/messages", method: "POST", headers: { "x-api-key": "t", ...headers } });
}

const answerOf = (sent: ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => sent.once("response", resolve).once("error", reject));

async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of response.setEncoding("utf8")) text += String(part);
  return text;
}

const body = JSON.stringify({ model: "m", max_tokens: 5, stream: true, messages: [{ role: "user", content: "Größe 👩‍🚒?" }] });

async function* says(...words: readonly string[]): AsyncGenerator<RuntimeEvent> {
  for (const text of words) yield await Promise.resolve({ type: "text", text });
  yield { type: "end", reason: "end-turn", timing };
}

test("a body that comes byte by byte is read whole, and the answer is streamed to its end", async () => {
  await withGateway(
    () => says("ja, ", "sehr groß"),
    async ({ port }) => {
      const sent = post(port);
      const response = answerOf(sent);
      for (const byte of Buffer.from(body)) sent.write(Buffer.from([byte]));
      sent.end();
      const text = await textOf(await response);
      assert.match(text, /^event: message_start\n/);
      assert.match(text, /sehr groß/);
      assert.match(text, /event: message_stop\n[^]*\n\n$/);
    },
  );
});

test("a body that is too large is answered while it still comes, announced or not", async () => {
  await withGateway(
    () => says("never"),
    async ({ port }) => {
      for (const headers of [{}, { "content-length": 5000 }]) {
        const sent = post(port, headers);
        const response = answerOf(sent);
        sent.write("x".repeat(3000));
        const { statusCode } = await response;
        assert.equal(statusCode, 413);
        sent.destroy();
      }
      const sent = post(port);
      const response = answerOf(sent);
      sent.end(body);
      assert.equal((await response).statusCode, 200, "the next one is served");
    },
    2000,
  );
});

test("a client that goes in the middle of its body costs nothing but its request", async () => {
  await withGateway(
    () => says("here"),
    async ({ port }) => {
      const gone = post(port, { "content-length": body.length + 100 });
      gone.on("error", () => {});
      await new Promise<void>((resolve) => gone.write(body.slice(0, 20), () => resolve()));
      gone.destroy();
      const sent = post(port);
      const response = answerOf(sent);
      sent.end(body);
      assert.match(await textOf(await response), /here/);
    },
  );
});

for (const when of ["before the first event", "in the middle of the answer"]) {
  test(`a client that hangs up ${when} stops the runtime, and the gateway closes`, async () => {
    let stopped = (): void => {};
    const wasStopped = new Promise<void>((resolve) => (stopped = resolve));
    let began = (): void => {};
    const hasBegun = new Promise<void>((resolve) => (began = resolve));
    const run = async function* (signal: AbortSignal): AsyncGenerator<RuntimeEvent> {
      try {
        if (when !== "before the first event") yield { type: "text", text: "a word" };
        began();
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
        yield { type: "text", text: "for nobody" };
      } finally {
        stopped();
      }
    };
    await withGateway(run, async ({ port }) => {
      const sent = post(port);
      sent.on("error", () => {});
      if (when !== "before the first event") sent.once("response", (response) => response.resume().on("error", () => {}));
      sent.end(body);
      await hasBegun;
      sent.destroy();
      await wasStopped;
    });
  });
}

test("a reader that is slower than the answer gets all of it", async () => {
  const words = Array.from({ length: 400 }, (_, n) => `${n}: ${randomBytes(5000).toString("base64")}\n`);
  await withGateway(
    () => says(...words),
    async ({ port }) => {
      const sent = post(port);
      const response = answerOf(sent);
      sent.end(JSON.stringify({ ...(JSON.parse(body) as object), max_tokens: 200_000 }));
      const answer = await response;
      answer.pause();
      await new Promise((resolve) => setTimeout(resolve, 50));
      const text = await textOf(answer);
      assert.ok(text.includes("399: ") && text.includes("message_stop"), `${text.length} characters`);
    },
  );
});
