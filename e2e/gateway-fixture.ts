import { setTimeout as sleep } from "node:timers/promises";
import { createGateway, type Gateway } from "../src/gateway/gateway.ts";
import { listen, type Listening } from "../src/gateway/listen.ts";
import type { GatewayOptions } from "../src/gateway/options.ts";
import { dietOf } from "../src/prompt/diet.ts";
import type { SessionEvent } from "../src/record/events.ts";
import type { Lane, Runtime, RuntimeEvent, RuntimeFacts } from "../src/runtime/runtime.ts";
import type { Prompt } from "../src/prompt/prompt.ts";
import { parseScript } from "../src/runtime/scripted/script.ts";
import { createScriptedRuntime } from "../src/runtime/scripted/scripted.ts";

export const token = "token-of-this-test";

export interface Served {
  readonly gateway: Gateway;
  readonly listening: Listening;
  readonly events: SessionEvent[];
  /** Bodies of the Messages requests, as they came. */
  readonly bodies: string[];
  close(): Promise<void>;
}

/** A gateway on a free loopback port, with every request to `/v1/messages` kept. */
export async function serveGateway(runtime: Runtime, options: Partial<GatewayOptions> = {}): Promise<Served> {
  const events: SessionEvent[] = [];
  const bodies: string[] = [];
  let ids = 0;
  const gateway = createGateway({
    runtime,
    token,
    diet: dietOf("incident"),
    observe: (event) => events.push(event),
    now: Date.now,
    newId: () => `${++ids}`.padStart(8, "0"),
    ...options,
  });
  const listening = await listen(
    async (request) => {
      if (request.method === "POST" && new URL(request.url).pathname === "/v1/messages") {
        const bytes = new Uint8Array(await request.arrayBuffer());
        bodies.push(new TextDecoder().decode(bytes));
        return gateway.fetch(new Request(request.url, { method: "POST", headers: request.headers, body: bytes, signal: request.signal }));
      }
      return gateway.fetch(request);
    },
    { host: "127.0.0.1", port: 0 },
  );
  return {
    gateway,
    listening,
    events,
    bodies,
    async close() {
      await listening.close();
      await gateway.close();
      await runtime.close();
    },
  };
}

export function scripted(text: string, values: Record<string, string> = {}): Runtime {
  return createScriptedRuntime(parseScript(text), values);
}

const facts: RuntimeFacts = {
  runtime: "scripted",
  model: "fake",
  isModel: false,
  window: 4096,
  template: "none",
  engine: "a test's",
  can: { grammar: true, count: true, lanes: true, store: false, progress: true, cacheFigures: true, cancel: true },
};

/** A runtime that does what a test wants of it. */
export function fakeRuntime(
  run: (prompt: Prompt, lane: Lane, signal: AbortSignal) => AsyncIterable<RuntimeEvent>,
  count: (prompt: Prompt) => number = () => 10,
): Runtime {
  return {
    facts,
    count: (prompt) => Promise.resolve(count(prompt)),
    countTexts: (texts) => Promise.resolve(texts.map((text) => Math.ceil(text.length / 4))),
    run,
    close: () => Promise.resolve(),
  };
}

export const end = (reason: "end-turn" | "tool-use" | "max-tokens" = "end-turn"): RuntimeEvent => ({
  type: "end",
  reason,
  timing: { promptTokens: 100, cachedTokens: 60, outputTokens: 7, prefillMs: 5, decodeMs: 6 },
});

/** Waits for what another task is about to do; fails loudly when it does not happen. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 1000; tries++) {
    if (holds()) return;
    await sleep(5);
  }
  throw new Error(`It did not happen: ${what}`);
}
