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

export interface SeenRequest {
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  readonly headers: Headers;
  /** Empty where there is none. */
  readonly body: string;
  /** Of the answer; undefined while there is none. */
  status: number | undefined;
}

export interface Served {
  readonly gateway: Gateway;
  readonly listening: Listening;
  readonly events: SessionEvent[];
  /** Bodies of the Messages requests, as they came. */
  readonly bodies: string[];
  /** All requests, in the order in which they came. */
  readonly requests: SeenRequest[];
  close(): Promise<void>;
}

/** A gateway on a free loopback port, with every request to `/v1/messages` kept. */
export async function serveGateway(runtime: Runtime, options: Partial<GatewayOptions> = {}): Promise<Served> {
  const events: SessionEvent[] = [];
  const bodies: string[] = [];
  const requests: SeenRequest[] = [];
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
    async (request, { outgoing }) => {
      const body = request.method === "POST" ? new Uint8Array(await request.arrayBuffer()) : undefined;
      const { method, headers } = request;
      const seen: SeenRequest = {
        method,
        path: new URL(request.url).pathname,
        headers,
        body: new TextDecoder().decode(body),
        status: undefined,
      };
      requests.push(seen);
      if (method === "POST" && seen.path === "/v1/messages") bodies.push(seen.body);
      const again = new Request(request.url, { method, headers, signal: request.signal, ...(body && { body }) });
      const response = await gateway.fetch(again, { outgoing });
      seen.status = response.status;
      return response;
    },
    { host: "127.0.0.1", port: 0 },
  );
  return {
    gateway,
    listening,
    events,
    bodies,
    requests,
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
