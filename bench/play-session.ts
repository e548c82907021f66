import { Agent } from "node:http";
import { z } from "zod";
import type { Contender, ContenderName, Serving } from "./contender.ts";
import { callMessages } from "./messages-call.ts";
import { forContender, type Recording } from "./recording.ts";

const turnSample = z.object({
  firstWordMs: z.number().optional(),
  firstValidCallMs: z.number().optional(),
  endMs: z.number(),
  /** Prompt tokens, by the engine's own counters. Both 0 where no model was asked. */
  computed: z.number(),
  cached: z.number(),
  calls: z.array(z.object({ name: z.string(), fault: z.string().optional() })),
  text: z.string(),
  stopReason: z.string().optional(),
  error: z.string().optional(),
});
const sessionSample = z.object({ turns: z.array(turnSample).min(1), versions: z.record(z.string(), z.string()) });

/** One turn as it was measured; milliseconds from sending the request, tokens of the prompt. */
export type TurnSample = z.infer<typeof turnSample>;
/** A contender's way through the first turns of a recording, from nothing stored. */
export type SessionSample = z.infer<typeof sessionSample>;

/** A sample from the disk that has at least `turns` turns; undefined for anything else. */
export function readSample(value: unknown, turns: number): SessionSample | undefined {
  const sample = sessionSample.safeParse(value).data;
  return sample !== undefined && sample.turns.length >= turns ? sample : undefined;
}

export interface PlayOptions {
  readonly recording: Recording;
  /** How many turns of it. */
  readonly turns: number;
  /** Longest answer, in tokens. */
  readonly answerTokens: number;
  readonly signal: AbortSignal;
  readonly onTurn: (contender: ContenderName, turn: number, of: number) => void;
}

/** Starts the contender, lets it speak once so that the weights are in memory, posts the recorded turns one after the other, and stops it. */
export async function playSession(contender: Contender, options: PlayOptions): Promise<SessionSample> {
  const { recording, turns, answerTokens, signal, onTurn } = options;
  const serving = await contender.start(signal);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    await callMessages({ ...serving, agent, signal }, warmUp(serving.model));
    const samples: TurnSample[] = [];
    for (const [index, request] of recording.requests.slice(0, turns).entries()) {
      onTurn(contender.name, index + 1, turns);
      const before = await settledCounters(serving);
      const answer = await callMessages({ ...serving, agent, signal }, forContender(request, serving.model, answerTokens));
      const after = await settledCounters(serving);
      const { firstWordMs, firstValidCallMs, endMs, calls, text, stopReason, error } = answer;
      const tokens = { computed: after.computed - before.computed, cached: after.cached - before.cached };
      samples.push({ firstWordMs, firstValidCallMs, endMs, ...tokens, calls: [...calls], text, stopReason, error });
    }
    return { turns: samples, versions: { ...contender.versions } };
  } finally {
    agent.destroy();
    await serving.close();
  }
}

/** Counters are told after the answer's last byte. */
async function settledCounters(serving: Serving): ReturnType<Serving["counters"]> {
  await new Promise((resolve) => setTimeout(resolve, 50));
  return serving.counters();
}

function warmUp(model: string): Parameters<typeof callMessages>[1] {
  return { model, max_tokens: 2, messages: [{ role: "user", content: "Say OK." }] };
}
