import type { LlamaContextSequence, Token } from "node-llama-cpp";

/**
 * Cuts a lane's state back to what it shares with the prompt, and gives the number of tokens that are left. The prompt's last token is always computed: an
 * answer needs at least one. A model with a sliding window has forgotten what lies behind it: it can be cut back only as far as the window still reaches, or
 * begins anew. A recurrent one goes back to its last checkpoint, which the library sees to.
 */
export async function keepPrefix(sequence: LlamaContextSequence, tokens: readonly Token[]): Promise<number> {
  const wanted = tokens.slice(0, -1);
  const shared = sequence.compareContextTokens(wanted).firstDifferentIndex;
  if (shared === sequence.nextTokenIndex) return shared;
  const slidingWindow = sequence.needsCheckpoints ? sequence.model.fileInsights.swaSize : undefined;
  // The library would cut here, and the tokens after it would see a window with a gap.
  if (slidingWindow !== undefined && sequence.stateCellsStartIndex > Math.max(0, shared - slidingWindow)) await sequence.clearHistory();
  else await sequence.adaptStateToTokens(wanted, false);
  return sequence.nextTokenIndex;
}

/** Of a state's tokens, those that the prompt begins with. `appendOnly`: a state that cannot be cut back is of use as a whole or not at all. */
export function usableTokens(state: ArrayLike<number>, prompt: ArrayLike<number>, appendOnly: boolean): number {
  const most = Math.min(state.length, prompt.length - 1);
  let shared = 0;
  while (shared < most && state[shared] === prompt[shared]) shared++;
  return appendOnly && shared < state.length ? 0 : shared;
}
