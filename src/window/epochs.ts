import type { Marks } from "./marks.ts";

/** A turn as the decision sees it: what it takes of the window, and whether it can be cleared. */
export interface SizedTurn {
  readonly role: "user" | "system" | "assistant" | "tool";
  /** Tokens as it stands. */
  readonly tokens: number;
  /** A result's tokens once it is cleared. */
  readonly clearedTokens?: number;
  /** What speaks for keeping a result: plain ones go first. */
  readonly worth?: Worth;
}

/** `failed`: what did not work keeps a model from trying it again. `needed`: the runbook reads from it. */
export type Worth = "plain" | "failed" | "needed";

export interface Epoch {
  /** The epoch began with the request that ended before this turn. */
  readonly at: number;
  /** Turns whose results were cleared then. */
  readonly cleared: readonly number[];
  readonly tokensBefore: number;
  readonly tokensAfter: number;
}

export interface Decision {
  /** Turns whose results are cleared, of all epochs. */
  readonly cleared: ReadonlySet<number>;
  readonly epochs: readonly Epoch[];
  /** What is left, in tokens. */
  readonly tokens: number;
}

/**
 * Replays a conversation: a request came before each answer and one comes at the end, and at each of them it is decided whether an epoch
 * begins. A decision depends on what was there then and on nothing else, so every later request, in any process, comes to the same ones; between
 * two epochs nothing that was sent before changes.
 *
 * `base` is what is there before the first turn, in tokens.
 */
export function decideEpochs(base: number, turns: readonly SizedTurn[], marks: Marks): Decision {
  const cleared = new Set<number>();
  const epochs: Epoch[] = [];
  let tokens = base;
  let lastAnswer = -1;
  for (let at = 0; at <= turns.length; at++) {
    const turn = turns[at];
    if (turn === undefined || turn.role === "assistant") {
      const chosen = tokens <= marks.high ? [] : chooseCleared(turns.slice(0, at), lastAnswer, cleared, tokens, marks);
      const tokensBefore = tokens;
      for (const index of chosen) {
        cleared.add(index);
        tokens -= savingOf(turns[index]);
      }
      if (chosen.length > 0) epochs.push({ at, cleared: chosen, tokensBefore, tokensAfter: tokens });
      lastAnswer = at;
    }
    tokens += turn?.tokens ?? 0;
  }
  return { cleared, epochs, tokens };
}

function chooseCleared(
  turns: readonly SizedTurn[],
  lastAnswer: number,
  already: ReadonlySet<number>,
  tokens: number,
  marks: Marks,
): readonly number[] {
  const results = [...turns.keys()].filter((index) => turns[index]?.role === "tool");
  const newestThatFit = (of: readonly number[], share: number): ReadonlySet<number> => {
    let sum = 0;
    const from = of.toReversed().findIndex((index) => (sum += turns[index]?.tokens ?? 0) > share);
    return new Set(from < 0 ? of : of.slice(of.length - from));
  };
  const recent = newestThatFit(results.slice(-marks.recentResults), marks.recent);
  const clearable = results.slice(0, -1).filter((index) => !already.has(index) && savingOf(turns[index]) > 0);
  const old = clearable.filter((index) => !recent.has(index) && index < lastAnswer);
  const worthOf = (index: number): Worth => turns[index]?.worth ?? "plain";
  const valued = newestThatFit(
    old.filter((index) => worthOf(index) !== "plain"),
    marks.valued,
  );
  // The last two only where there is no other way: a result that was just read, and one that nobody has read yet.
  const order: readonly (readonly [target: number, from: readonly number[]])[] = [
    [marks.low, old.filter((index) => !valued.has(index))],
    [marks.middle, old.filter((index) => valued.has(index) && worthOf(index) === "failed")],
    [marks.middle, old.filter((index) => valued.has(index) && worthOf(index) === "needed")],
    [marks.budget, clearable.filter((index) => recent.has(index) && index < lastAnswer)],
    [marks.budget, clearable.filter((index) => index > lastAnswer)],
  ];
  const chosen: number[] = [];
  let left = tokens;
  for (const [target, from] of order) {
    for (const index of from) {
      if (left <= target) break;
      chosen.push(index);
      left -= savingOf(turns[index]);
    }
  }
  // Everything behind the first of them is evaluated again: not for a few tokens, as long as it all fits.
  if (tokens <= marks.budget && tokens - left < marks.worthwhile) return [];
  return chosen.sort((a, b) => a - b);
}

function savingOf(turn: SizedTurn | undefined): number {
  return turn?.clearedTokens === undefined ? 0 : turn.tokens - turn.clearedTokens;
}
