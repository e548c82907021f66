import assert from "node:assert/strict";
import { createGateway } from "../src/gateway/gateway.ts";
import { asksForSummary, createLanes } from "../src/gateway/lanes.ts";
import { agentHeader, parseRequest } from "../src/messages/request.ts";
import type { JsonObject } from "../src/messages/conversation.ts";
import { canonicalise } from "../src/prompt/canonical.ts";
import { type DietProfile, dietOf } from "../src/prompt/diet.ts";
import type { Runtime } from "../src/runtime/runtime.ts";
import type { SeenRequest } from "./gateway-fixture.ts";

/** One recorded request, counted and then evaluated by a real engine. */
export interface ReplayedTurn {
  /** As `count_tokens` said before. */
  readonly counted: number;
  /** As the engine evaluated or had it. */
  readonly prompt: number;
  readonly computed: number;
  /** Tokens that the request before it in its conversation did not have; all of them where there is none. */
  readonly fresh: number;
  /** No request of its conversation came before it. */
  readonly isFirst: boolean;
}

/** Two: a request for one token is answered without the model. */
const answerTokens = 2;

/**
 * Sends a recorded session's requests to a gateway over `runtime`, in the order in which the client made them. What the engine answers is cut at
 * once and forgotten: the recorded answer stands in the next request.
 */
export async function replayOnEngine(
  requests: readonly SeenRequest[],
  profile: DietProfile,
  runtime: Runtime,
): Promise<readonly ReplayedTurn[]> {
  const timings: { promptTokens: number; cachedTokens: number }[] = [];
  let ids = 0;
  const gateway = createGateway({
    runtime: watched(runtime, timings),
    token: "t",
    diet: dietOf(profile),
    observe: () => undefined,
    now: Date.now,
    newId: () => `${++ids}`,
    limits: { maxTokens: answerTokens },
  });
  const post = async (path: string, body: JsonObject, headers: Headers): Promise<JsonObject> => {
    const agent = headers.get(agentHeader);
    const request = new Request(`http://gateway${path}`, {
      method: "POST",
      headers: { "x-api-key": "t", ...(agent === null ? {} : { [agentHeader]: agent }) },
      body: JSON.stringify(body),
    });
    const response = await gateway.fetch(request);
    const answer = (await response.json()) as JsonObject;
    assert.equal(response.status, 200, JSON.stringify(answer));
    return answer;
  };
  // What the lanes of the gateway take a request for.
  const lanes = createLanes(1);
  const before = new Map<string, number>();
  const turns: ReplayedTurn[] = [];
  try {
    for (const { path, body: text, headers } of requests) {
      if (path !== "/v1/messages") continue;
      const request = parseRequest(text);
      if (request.max_tokens === 1 || request.tools.length === 0) continue;
      const canonical = lanes.joinSummary(canonicalise(request));
      const lane = lanes.choose(canonical, headers.get(agentHeader) ?? undefined).id;
      const body = { ...(JSON.parse(text) as JsonObject), max_tokens: answerTokens, stream: false };
      const joined = asksForSummary(canonical);
      const { input_tokens: counted } = await post("/v1/messages/count_tokens", body, headers);
      timings.length = 0;
      await post("/v1/messages", body, headers);
      // An empty answer is asked for again: what a request costs is what its first try costs.
      const [timing] = timings;
      assert.ok(timing !== undefined, "the request came to the engine");
      const { promptTokens: prompt, cachedTokens } = timing;
      turns.push({
        counted: Number(counted),
        prompt,
        computed: prompt - cachedTokens,
        fresh: prompt - (before.get(lane) ?? 0),
        isFirst: !before.has(lane),
      });
      if (!joined) before.set(lane, prompt);
    }
  } finally {
    await gateway.close();
  }
  return turns;
}

function watched(runtime: Runtime, timings: { promptTokens: number; cachedTokens: number }[]): Runtime {
  return {
    ...runtime,
    async *run(prompt, lane, signal) {
      for await (const event of runtime.run(prompt, lane, signal)) {
        if (event.type === "end") timings.push(event.timing);
        yield event;
      }
    },
    close: () => Promise.resolve(),
  };
}
