import { unreachable } from "../error.ts";
import type { SessionEvent } from "./events.ts";

/** A session's figures, folded from its events. Times in milliseconds, tokens as the engine counted them. */
export interface SessionSummary {
  readonly turns: number;
  /** Turns that the guide or the gateway answered without the model. */
  readonly turnsWithoutModel: number;
  readonly failures: number;
  readonly calls: number;
  readonly failedCalls: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly prefillMs: number;
  readonly decodeMs: number;
  /** Tools and the client together: from a call's answer to the request that brings its result. */
  readonly toolsMs: number;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Times that the guard stepped in. */
  readonly guarded: number;
  /** Characters of thought that were withheld. */
  readonly thinkingCharacters: number;
  readonly refused: readonly string[];
  /** Pushes that the gate refused. */
  readonly refusedPushes: number;
  readonly pullRequests: readonly { readonly number: number; readonly title: string; readonly url: string }[];
  readonly clusterRequests: number;
  readonly forgeRequests: number;
}

export const emptySummary: SessionSummary = {
  turns: 0,
  turnsWithoutModel: 0,
  failures: 0,
  calls: 0,
  failedCalls: 0,
  promptTokens: 0,
  cachedTokens: 0,
  outputTokens: 0,
  prefillMs: 0,
  decodeMs: 0,
  toolsMs: 0,
  startedAt: 0,
  endedAt: 0,
  guarded: 0,
  thinkingCharacters: 0,
  refused: [],
  refusedPushes: 0,
  pullRequests: [],
  clusterRequests: 0,
  forgeRequests: 0,
};

export function summarise(events: Iterable<SessionEvent>): SessionSummary {
  let summary = emptySummary;
  for (const event of events) summary = addEvent(summary, event);
  return summary;
}

/** One event further: a pure fold. */
export function addEvent(before: SessionSummary, event: SessionEvent): SessionSummary {
  const summary = {
    ...before,
    startedAt: before.startedAt === 0 ? event.at : before.startedAt,
    endedAt: Math.max(before.endedAt, event.at),
  };
  switch (event.type) {
    case "turn":
      return {
        ...summary,
        turns: summary.turns + 1,
        turnsWithoutModel: summary.turnsWithoutModel + (event.byModel ? 0 : 1),
        promptTokens: summary.promptTokens + event.promptTokens,
        cachedTokens: summary.cachedTokens + event.cachedTokens,
        outputTokens: summary.outputTokens + event.outputTokens,
        prefillMs: summary.prefillMs + event.prefillMs,
        decodeMs: summary.decodeMs + event.decodeMs,
        thinkingCharacters: summary.thinkingCharacters + (event.thinkingCharacters ?? 0),
      };
    case "guard":
      return { ...summary, guarded: summary.guarded + 1 };
    case "failure":
      return { ...summary, failures: summary.failures + 1 };
    case "result":
      return {
        ...summary,
        calls: summary.calls + 1,
        failedCalls: summary.failedCalls + (event.failed ? 1 : 0),
        toolsMs: summary.toolsMs + event.ms,
      };
    case "door":
      return event.door === "cluster"
        ? { ...summary, clusterRequests: summary.clusterRequests + 1 }
        : { ...summary, forgeRequests: summary.forgeRequests + 1 };
    case "pull-request":
      return { ...summary, pullRequests: [...summary.pullRequests, { number: event.number, title: event.title, url: event.url }] };
    case "gate":
      return { ...summary, refusedPushes: summary.refusedPushes + (event.passed ? 0 : 1) };
    case "refused":
      return { ...summary, refused: [...summary.refused, event.what] };
    case "session":
    case "request":
    case "prefill":
    case "cleared":
    case "said":
    case "call":
    case "step":
    case "note":
    case "progress":
      return summary;
    default:
      return unreachable(event);
  }
}
