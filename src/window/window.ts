import type { Conversation } from "../messages/conversation.ts";
import { cutResults, type ResultCut } from "./cut-results.ts";
import { decideEpochs, type Epoch } from "./epochs.ts";
import { type Marks, marksOf, tighten, type WindowShares } from "./marks.ts";
import { type Count, rememberCounts } from "./remember-counts.ts";
import { sizeTurns } from "./size-turns.ts";

export interface WindowOptions {
  /** The context window in tokens, prompt and answer together. */
  readonly window: number;
  /** Longest answer of the session, in tokens. */
  readonly longestAnswer: number;
  /** Longest prompt that is sent at all, in tokens. */
  readonly longestPrompt: number;
  /** Whether counts are exact; estimates get a margin. */
  readonly exact: boolean;
  /** Tokens of a conversation as a prompt. */
  readonly count: (conversation: Conversation) => Promise<number>;
  /** Tokens of each text by itself. */
  readonly countTexts: Count<string>;
  readonly shares?: WindowShares | undefined;
}

export interface WindowQuestion {
  /** In canonical form, without the guide's words. */
  readonly conversation: Conversation;
  /** Adds the guide's words, turn by turn: what was said under a result stays when the result is cleared. */
  readonly advise: (conversation: Conversation) => Conversation;
  /** Calls whose results the guide reads from. */
  readonly needed: ReadonlySet<string>;
}

export interface FittedConversation {
  /** With the guide's words, as the model reads it. */
  readonly conversation: Conversation;
  /** Tokens of it as a prompt, counted when all was decided. It may still be too long. */
  readonly tokens: number;
  /** What this request is the first to do. */
  readonly began: WindowDeeds;
}

export interface WindowDeeds {
  readonly epoch: Epoch | undefined;
  /** New results that were cut. */
  readonly cuts: readonly ResultCut[];
}

export interface Window {
  /** Fits a conversation into the window. A function of the question alone; what is kept from one to the next are counts. */
  fit(question: WindowQuestion): Promise<FittedConversation>;
}

/** How far the marks are lowered, step by step, where a conversation that was thought to fit turns out too long. */
const tighter = [0.7, 0.4, 0] as const;

export function createWindow(options: WindowOptions): Window {
  const { longestPrompt, count } = options;
  const marks = marksOf(options.window, options.longestAnswer, options.exact, options.shares);
  const countTexts = rememberCounts(options.countTexts, (text) => text, 20_000);
  const countHeads = rememberCounts((heads: readonly Conversation[]) => Promise.all(heads.map(count)), JSON.stringify, 64);

  return {
    async fit({ conversation, advise, needed }) {
      const { turns } = conversation;
      const results = await cutResults(turns, marks.result, countTexts);
      const full = advise({ ...conversation, turns: results.turns });
      const short = advise({ ...conversation, turns: results.cleared });
      const head = turns.findIndex((turn) => turn.role === "assistant");
      if (head < 0) return { conversation: full, tokens: await count(full), began: { epoch: undefined, cuts: [] } };
      const [base = 0] = await countHeads([{ ...full, turns: full.turns.slice(0, head) }]);
      const sized = await sizeTurns(full, short, head, needed, countTexts);

      const lastAnswer = turns.findLastIndex((turn) => turn.role === "assistant");
      const cuts = results.cuts.flatMap(({ at, ...cut }) => (at > lastAnswer ? [cut] : []));
      const decide = async (by: Marks): Promise<FittedConversation> => {
        const { cleared, epochs } = decideEpochs(base, sized, by);
        const left = full.turns.map((turn, at) => (cleared.has(at) ? (short.turns[at] ?? turn) : turn));
        const fitted = { ...full, turns: left };
        return { conversation: fitted, tokens: await count(fitted), began: { epoch: epochs.find(({ at }) => at === turns.length), cuts } };
      };
      let fitted = await decide(marks);
      for (const by of tighter) {
        if (fitted.tokens <= longestPrompt) break;
        fitted = await decide(tighten(marks, by));
      }
      return fitted;
    },
  };
}
