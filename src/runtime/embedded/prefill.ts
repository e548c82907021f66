import type { LlamaContextSequence, Token } from "node-llama-cpp";
import { CloisterError } from "../../error.ts";
import type { ShareMember } from "./compute-share.ts";

/** Small enough that cancelling is felt and progress is seen, large enough to cost nothing (189 tok/s against 181 in one piece). */
const chunkTokens = 256;
/** While other turns compute: so long each of them waits. */
const contendedChunkTokens = 64;

export interface PrefillOptions {
  readonly sequence: LlamaContextSequence;
  /** The whole prompt; the state holds its beginning. */
  readonly tokens: readonly Token[];
  readonly member: ShareMember;
  readonly signal: AbortSignal;
  /** Tokens after which `onStop` is done before it goes on. */
  readonly stopAt?: number | undefined;
  readonly onStop: () => Promise<void> | undefined;
  readonly onChunk: (done: number) => void;
}

export interface Prefilled {
  /** The prompt's last tokens, at least one, not evaluated: decoding begins with them. */
  readonly rest: readonly Token[];
  /** Tokens a second; undefined where too few were evaluated to say. */
  readonly rate: number | undefined;
}

/** Evaluates what is new, chunk by chunk, up to the last chunk. Throws `cancelled`; what was evaluated is kept. */
export async function prefill({ sequence, tokens, member, signal, stopAt, onStop, onChunk }: PrefillOptions): Promise<Prefilled> {
  const started = sequence.nextTokenIndex;
  let computing = 0;
  // A state that cannot be cut back keeps a checkpoint right before the answer, so that another answer to the same prompt can follow.
  const mostRest = sequence.needsCheckpoints ? 1 : Infinity;
  const rateSoFar = (): number | undefined => {
    const done = sequence.nextTokenIndex - started;
    return done < contendedChunkTokens ? undefined : (done / computing) * 1000;
  };

  for (;;) {
    if (signal.aborted) throw new CloisterError("cancelled", "The turn was cancelled.");
    const done = sequence.nextTokenIndex;
    if (done === stopAt) await onStop();
    const mustStop = stopAt !== undefined && done < stopAt;
    const rest = tokens.slice(done);
    if (!mustStop && rest.length <= Math.min(mostRest, member.contended ? contendedChunkTokens : chunkTokens)) {
      await sequence.takeCheckpoint();
      return { rest, rate: rateSoFar() };
    }
    await member.step(async () => {
      const chunk = member.contended ? contendedChunkTokens : chunkTokens;
      const end = Math.min(done + chunk, mustStop ? stopAt : tokens.length - 1);
      const before = performance.now();
      await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(done, end));
      computing += performance.now() - before;
    }, signal);
    onChunk(sequence.nextTokenIndex);
  }
}
