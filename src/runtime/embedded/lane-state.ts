import type { LlamaContextSequence, Token } from "node-llama-cpp";
import type { Lane } from "../runtime.ts";
import type { ShareMember } from "./compute-share.ts";
import { keepPrefix, usableTokens } from "./kept-prefix.ts";
import type { ToldAnswer } from "./state/manifest.ts";
import type { StateStore } from "./state/state-store.ts";
import { restoreIsCheaper } from "./state/worth.ts";

/** What is kept in memory for a lane. */
export interface LaneState {
  readonly lane: Lane;
  sequence: LlamaContextSequence;
  /** Tokens from the start that the lane's file on the disk holds as well. */
  saved: number;
  /** Does the next prompt begin with all of the state, as far as can be known? A state that cannot be cut back is worth a file only then. */
  settled: boolean;
  answers: readonly ToldAnswer[];
}

export interface LaneStorage {
  /** Replaces the lane's state by a stored one that shares more with the prompt than `kept`; gives the number of tokens that are kept then. */
  restore(state: LaneState, tokens: readonly Token[], kept: number, member: ShareMember): Promise<number>;
  /** Saves the lane, unless nothing is new or it is a question aside. */
  save(state: LaneState, member: ShareMember): Promise<void>;
  /** Saves the state as it is now for all who begin with its tokens. */
  saveBase(state: LaneState, member: ShareMember): Promise<void>;
}

export interface LaneStorageOptions {
  readonly store: StateStore;
  /** About so many bytes for each token. */
  readonly tokenBytes: number;
  /** Tokens a second; undefined until it was measured. */
  readonly prefillRate: () => number | undefined;
  /** An empty sequence in the place of one that is not to be trusted. */
  readonly renew: (sequence: LlamaContextSequence) => Promise<LlamaContextSequence>;
}

export function createLaneStorage({ store, tokenBytes, prefillRate, renew }: LaneStorageOptions): LaneStorage {
  async function write(state: LaneState, member: ShareMember, lane: string | undefined): Promise<boolean> {
    const { sequence } = state;
    const tokens = sequence.contextTokens;
    return await store.save({
      lane,
      tokens,
      answers: lane === undefined ? [] : state.answers,
      expectedBytes: tokens.length * tokenBytes,
      write: async (path) => (await member.step(() => sequence.saveStateToFile(path))).fileSize,
    });
  }

  return {
    async restore(state, tokens, kept, member) {
      const appendOnly = state.sequence.needsCheckpoints;
      const found = store
        .find(state.lane.id)
        .map((each) => ({ each, usable: usableTokens(each.tokens, tokens, appendOnly) }))
        .toSorted((a, b) => b.usable - a.usable);
      let best = kept;
      for (const { each, usable } of found) {
        const question = { bytes: each.manifest.bytes, saved: usable - best, prefillRate: prefillRate() };
        if (!restoreIsCheaper(question) || !(await store.verify(each))) continue;
        try {
          await member.step(() => state.sequence.loadStateFromFile(each.statePath, { acceptRisk: true }));
          if (state.sequence.nextTokenIndex !== each.tokens.length) throw new Error("the engine read another number of tokens");
        } catch (error) {
          store.drop(each, error instanceof Error ? error.message : String(error));
          state.sequence = await renew(state.sequence);
          best = 0;
          state.saved = 0;
          continue;
        }
        best = await keepPrefix(state.sequence, tokens);
        state.saved = each.manifest.what === "conversation" ? best : 0;
        return best;
      }
      return best;
    },

    async save(state, member) {
      const { lane, sequence } = state;
      if (lane.kind === "side" || sequence.nextTokenIndex <= state.saved) return;
      if (sequence.needsCheckpoints && !state.settled) return;
      if (await write(state, member, lane.id)) state.saved = sequence.nextTokenIndex;
    },

    async saveBase(state, member) {
      if (!store.hasBase(state.sequence.contextTokens)) await write(state, member, undefined);
    },
  };
}
