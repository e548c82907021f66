import type { JsonObject } from "../src/messages/conversation.ts";
import { bytesOf, charactersPerToken, type Recording } from "./recording.ts";

/** Tokens per second with a short prompt. */
export interface Rates {
  readonly prefill: number;
  readonly decode: number;
}

/**
 * Tokens of context at which a new token costs twice what it costs at the beginning. From a 0.5B model on two cores, where 22,302 tokens took
 * 566 s at 117 tok/s for the first ones; larger models feel depth later. For estimates only.
 */
const doublingDepth = 5700;

/** Seconds to prefill `count` tokens after `depth` others. */
export function prefillSeconds(count: number, depth: number, rates: Rates): number {
  return (count / rates.prefill) * (1 + (depth + count / 2) / doublingDepth);
}

/** Seconds for the first `turns` turns of a recording, when every turn computes only what is new and answers with so many tokens. */
export function sessionSeconds(recording: Recording, turns: number, answerTokens: number, rates: Rates): number {
  let [depth, seconds] = [0, 0];
  for (const request of recording.requests.slice(0, turns)) {
    const tokens = promptTokens(recording.kind, request);
    const added = Math.max(0, tokens - depth);
    seconds += prefillSeconds(added, depth, rates) + (answerTokens / rates.decode) * (1 + tokens / doublingDepth);
    depth = tokens;
  }
  return seconds;
}

/** In our own profiles the client's system prompt and tool descriptions are replaced by some hundred tokens of ours. */
const ownHead = 450;

function promptTokens(kind: Recording["kind"], request: JsonObject): number {
  if (kind === "recipe") return bytesOf(request) / charactersPerToken;
  return ownHead + Buffer.byteLength(JSON.stringify(request["messages"] ?? [])) / charactersPerToken;
}

/** "40 s", "12 min", "3.5 h". */
export function aboutSeconds(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
