import type { Token } from "node-llama-cpp";
import type { GrammarSteps } from "../forced-text.ts";
import { type Candidates, type Choice, chooseByChance, chooseGreedily, greedyCandidates, sampling } from "./choose-token.ts";
import type { Drafts } from "./drafts.ts";
import { cutBack, evaluateAhead, type SpeculatedSequence } from "./speculated-sequence.ts";
import type { Hold, TokenSource } from "./token-source.ts";

export interface SpeculativeOptions {
  readonly sequence: SpeculatedSequence;
  readonly drafts: Drafts;
  readonly plan: DraftPlan;
  readonly temperature: number;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly hold: () => Hold;
  /** Does this token end the answer? The grammar's state is not asked to accept such a one. */
  readonly ends: (token: Token) => boolean;
  /** Tokens that the answer may still have. */
  readonly left: () => number;
  /** Evaluates the input and has the engine choose, as without speculation. */
  readonly plain: (input: readonly Token[]) => Promise<Token | undefined>;
  /** The same, where what was drawn freely has broken the grammar already. */
  readonly constrained: (input: readonly Token[]) => Promise<Token | undefined>;
  /** Does one step of decoding, with as many threads as are good now. */
  readonly pace: <T>(step: () => Promise<T>) => Promise<T>;
}

/** How long drafts are, and what became of them. */
export interface DraftPlan {
  /** Tokens worth drafting; `input` are evaluated anyway. 0: none. May take a second when it is asked for the first time. */
  length(draft: { readonly matched: number; readonly input: readonly Token[]; readonly room: number }): Promise<number>;
  /** So many tokens of a draft were right; `refuted`: the one after them was not. */
  ended(draft: { readonly matched: number; readonly right: number; readonly refuted: boolean }): void;
  /** Makes a step that evaluates so many tokens, and learns from how long it takes. */
  timed<T>(tokens: number, step: () => Promise<T>): Promise<T>;
}

export interface SpeculativeSource extends TokenSource {
  /** Tokens that were evaluated on a guess, and those of them that are in the answer. */
  readonly counts: { readonly drafted: number; readonly accepted: number };
}

/** A draft that is evaluated and not yet all taken or refuted. */
interface Ahead {
  /** Its first token's index in the state. */
  readonly start: number;
  readonly matched: number;
  readonly draft: readonly Token[];
  /** What may follow each place: `after[0]` the token before the draft, `after[n]` its nth token. */
  readonly after: readonly Candidates[];
  taken: number;
}

/**
 * Gives the tokens that `plain` would, several a step where the text repeats itself: what followed the same tokens earlier is
 * evaluated behind the input, and as long as what is chosen at each place is what the draft has there, no step is needed. What the
 * answer does not take is cut out of the state again. Forced text needs no care of its own: it is input, and a draft may foresee it.
 */
export function createSpeculativeSource(options: SpeculativeOptions): SpeculativeSource {
  const { sequence, drafts, plan, temperature } = options;
  const counts = { drafted: 0, accepted: 0 };
  const candidates = temperature > 0 ? sampling.topK : greedyCandidates;
  let ahead: Ahead | undefined;

  async function next(input: readonly Token[]): Promise<Token | undefined> {
    drafts.push(input);
    const unknown = input.slice(follow(input));
    if (ahead !== undefined && unknown.length === 0) return await choose(ahead.after[ahead.taken] ?? [], input.slice(-1));
    await end();
    const hold = options.hold();
    const found = hold.kind === "hidden" ? undefined : await draft(unknown, hold);
    if (found === undefined) return await plan.timed(unknown.length, () => options.plain(unknown));
    const tokens = [...unknown, ...found.tokens];
    const ask = { places: found.tokens.length + 1, count: candidates };
    const after = await plan.timed(tokens.length, () => options.pace(() => evaluateAhead(sequence, tokens, ask)));
    const start = sequence.nextTokenIndex - found.tokens.length;
    ahead = { start, matched: found.matched, draft: found.tokens, after, taken: 0 };
    counts.drafted += found.tokens.length;
    return await choose(after[0] ?? [], unknown.slice(-1));
  }

  /** How many tokens of the input the draft has foreseen. */
  function follow(input: readonly Token[]): number {
    if (ahead === undefined) return 0;
    let same = 0;
    while (same < input.length && ahead.taken < ahead.draft.length && ahead.draft[ahead.taken] === input[same]) {
      same++;
      ahead.taken++;
      counts.accepted++;
    }
    return same;
  }

  /** The token that follows `last`, which is evaluated; where the candidates cannot say, `last` is evaluated again by itself. */
  async function choose(after: Candidates, last: readonly Token[]): Promise<Token | undefined> {
    const hold = options.hold();
    const grammar = hold.kind === "grammar" ? hold.steps : undefined;
    const choice = hold.kind === "hidden" ? undecided : chosen(after, grammar);
    if (choice.kind === "token") {
      if (!options.ends(choice.token)) grammar?.accept(choice.token);
      return choice.token;
    }
    await end(1);
    return await (choice.kind === "refused" ? options.constrained(last) : options.plain(last));
  }

  function chosen(after: Candidates, grammar: GrammarSteps | undefined): Choice {
    return temperature > 0 ? chooseByChance(after, grammar, temperature, options.random()) : chooseGreedily(after, grammar);
  }

  /** The draft ends here: what is left of it is taken out of the state, and `more` tokens before it. */
  async function end(more = 0): Promise<void> {
    if (ahead === undefined) return;
    const { start, matched, taken, draft } = ahead;
    ahead = undefined;
    plan.ended({ matched, right: taken, refuted: more === 0 && taken < draft.length });
    await cutBack(sequence, start + taken - more);
  }

  async function draft(input: readonly Token[], hold: Hold): Promise<{ tokens: readonly Token[]; matched: number } | undefined> {
    const held = hold.kind === "grammar";
    // A draft's last token is followed by one more, so that it need not fill the answer.
    const room = Math.min(options.left() - 1, sequence.contextSize - 1 - sequence.nextTokenIndex - input.length);
    if (room < 1) return undefined;
    for (const match of drafts.matches(held)) {
      const length = await plan.length({ matched: match.length, input, room });
      if (length === 0) return undefined;
      const tokens = sound(drafts.continuation(held, match, length) as Token[], held ? hold.steps.copy() : undefined);
      if (tokens.length > 0) return { tokens, matched: match.length };
    }
    return undefined;
  }

  /** The draft up to where the grammar refuses it or the answer would end. */
  function sound(tokens: readonly Token[], probe: GrammarSteps | undefined): readonly Token[] {
    const until = tokens.findIndex((token) => {
      if (options.ends(token) || probe?.allows(token) === false) return true;
      probe?.accept(token);
      return false;
    });
    return until < 0 ? tokens : tokens.slice(0, until);
  }

  return { next, end: () => end(), counts };
}

const undecided: Choice = { kind: "undecided" };
