import type { LlamaContextSequence, Token } from "node-llama-cpp";

/**
 * Cuts a lane's state back to what it shares with the prompt, and gives the number of tokens that are left. The prompt's last token is always computed: an
 * answer needs at least one. A model with a sliding window, or a recurrent one, has forgotten what lies further back: it returns to its checkpoint, which the
 * library sees to, or begins anew.
 */
export async function keepPrefix(sequence: LlamaContextSequence, tokens: readonly Token[]): Promise<number> {
  const wanted = tokens.slice(0, -1);
  const shared = sequence.compareContextTokens(wanted).firstDifferentIndex;
  if (shared === sequence.nextTokenIndex) return shared;
  const slidingWindow = sequence.needsCheckpoints ? sequence.model.fileInsights.swaSize : undefined;
  if (slidingWindow !== undefined && windowHasGap(shared, sequence.stateCellsStartIndex, slidingWindow)) await sequence.clearHistory();
  else await sequence.adaptStateToTokens(wanted, false);
  return sequence.nextTokenIndex;
}

/** Would a cut to `tokens` leave a part of the window only? The library cuts there all the same, and the next tokens would see less than they should. */
export function windowHasGap(tokens: number, firstInMemory: number, slidingWindow: number): boolean {
  return tokens > firstInMemory && firstInMemory > Math.max(0, tokens - slidingWindow);
}

/** Of a state's tokens, those that the prompt begins with. `appendOnly`: a state that cannot be cut back is of use as a whole or not at all. */
export function usableTokens(state: ArrayLike<number>, prompt: ArrayLike<number>, appendOnly: boolean): number {
  const most = Math.min(state.length, prompt.length - 1);
  let shared = 0;
  while (shared < most && state[shared] === prompt[shared]) shared++;
  return appendOnly && shared < state.length ? 0 : shared;
}
