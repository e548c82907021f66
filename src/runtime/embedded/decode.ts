import type { LlamaContextSequence, LlamaGrammarEvaluationState, SequenceEvaluateOptions, Token, TokenBias } from "node-llama-cpp";
import { CloisterError } from "../../error.ts";
import { forcedText } from "./forced-text.ts";
import { grammarSteps } from "./grammar-steps.ts";
import { sampling } from "./speculation/choose-token.ts";
import type { SpeculativeSource } from "./speculation/speculative-source.ts";
import type { AnswerParts } from "./speculation/speculator.ts";
import type { Hold } from "./speculation/token-source.ts";
import { createStopText } from "./stop-text.ts";
import { createTokenText } from "./token-text.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** What opens a call: from here on a lazy grammar holds. */
const callOpening = "<tool_call>";

/** What is added to the tokens' logits: nothing, or what keeps control tokens out of a text that a grammar holds. */
export interface Biases {
  readonly free: TokenBias;
  readonly held: TokenBias;
}

export interface DecodeOptions {
  readonly sequence: LlamaContextSequence;
  readonly vocabulary: Vocabulary;
  /** The prompt's last tokens, not evaluated yet; at least one. */
  readonly input: readonly Token[];
  /** Makes the state that holds the answer, from its start or from the call's opening. */
  readonly grammar?: { readonly from: "start" | "tool-call"; readonly begin: () => LlamaGrammarEvaluationState } | undefined;
  readonly biases: Biases;
  readonly stop: readonly string[];
  /** Tokens; at least one. */
  readonly maxTokens: number;
  readonly temperature: number;
  readonly signal: AbortSignal;
  /** Does one step of decoding, with as many threads as are good now. */
  readonly pace: <T>(step: () => Promise<T>) => Promise<T>;
  /** Takes over when the prompt is in the state; undefined where every token has a step of its own. */
  readonly speculate: (parts: Omit<AnswerParts, "mode" | "log">) => SpeculativeSource | undefined;
  /** The prompt is evaluated and the first token is there. */
  readonly onPrefilled: () => void;
  readonly onText: (text: string) => void;
}

export interface Decoded {
  readonly reason: "stop" | "max-tokens";
  /** Tokens of the answer as it was shown; undefined where the answer was cut within a token. */
  readonly tokens: readonly Token[] | undefined;
  readonly outputTokens: number;
  /** Tokens that were evaluated on a guess, and those of them that are in the answer; absent where nothing was guessed. */
  readonly draftedTokens?: number;
  readonly acceptedTokens?: number;
}

/**
 * Streams one answer. Where the grammar leaves one continuation only, that text is put in without asking the model: its tokens
 * are evaluated together with the one before them, which costs little more than a single token. Throws `cancelled`.
 */
export async function decode(options: DecodeOptions): Promise<Decoded> {
  const { sequence, vocabulary, stop, maxTokens, signal, pace } = options;
  const text = createTokenText(vocabulary.detokenize);
  const stopText = createStopText(stop);
  const answer: Token[] = [];
  let state = options.grammar?.from === "start" ? options.grammar.begin() : undefined;
  let waitingFor = options.grammar?.from === "tool-call" ? options.grammar : undefined;
  let recent = "";
  let stopped = false;

  function show(piece: string): void {
    const shown = stopText.push(piece);
    if (shown.text !== "") options.onText(shown.text);
    stopped ||= shown.stopped;
  }

  /** What the grammar forces now, as tokens; accepted by the state, not yet evaluated. */
  function force(): { readonly tokens: Token[]; readonly complete: boolean } {
    const steps = state === undefined || vocabulary.bytes === undefined ? undefined : grammarSteps(state, vocabulary.control);
    if (steps === undefined || vocabulary.bytes === undefined) return { tokens: [], complete: false };
    const forced = forcedText(steps, vocabulary.bytes, vocabulary.endTokens);
    const spelt = forced.text === "" ? [] : vocabulary.spell(forced.text);
    // Words begin with their space in most vocabularies: the last forced token is left to the model, which may want a longer one.
    if (!forced.complete) spelt.pop();
    const tokens: Token[] = [];
    for (const token of spelt.slice(0, maxTokens - answer.length)) {
      if (!steps.allows(token)) break;
      steps.accept(token);
      tokens.push(token);
    }
    return { tokens, complete: forced.complete && tokens.length === spelt.length };
  }

  function take(tokens: readonly Token[]): void {
    for (const token of tokens) {
      answer.push(token);
      show(text.push(token));
    }
  }

  function finish(reason: Decoded["reason"]): Decoded {
    if (!stopped) show(text.end());
    const rest = stopped ? "" : stopText.end();
    if (rest !== "") options.onText(rest);
    const { drafted, accepted } = source?.counts ?? { drafted: 0, accepted: 0 };
    const guessed = drafted === 0 ? {} : { draftedTokens: drafted, acceptedTokens: accepted };
    return { reason, tokens: stopped ? undefined : answer, outputTokens: answer.length, ...guessed };
  }

  function hold(): Hold {
    if (state === undefined) return { kind: "free" };
    const steps = grammarSteps(state, vocabulary.control);
    return steps === undefined ? { kind: "hidden" } : { kind: "grammar", steps };
  }

  const opening = force();
  const evaluation = (): SequenceEvaluateOptions => ({
    temperature: options.temperature,
    ...sampling,
    // Left out it is the clock's second, which changes in the middle of an answer.
    seed: Math.floor(Math.random() * 2 ** 31),
    grammarEvaluationState: () => state,
    // A grammar knows texts, not tokens: a small model that would rather end opens a turn within a text, again and again.
    tokenBias: () => (state === undefined ? options.biases.free : options.biases.held),
    yieldEogToken: true,
    contextShift: { strategy: refuseToShift },
  });
  const generator = sequence.evaluate([...options.input, ...opening.tokens], evaluation());
  const plain = async (input: readonly Token[]): Promise<Token | undefined> =>
    (await pace(() => generator.next([...input]))).value ?? undefined;
  /** With its confidence asked for, a token is drawn from what the grammar allows at once, and not freely first. */
  async function constrained(input: readonly Token[]): Promise<Token | undefined> {
    const once = sequence.evaluateWithMetadata([...input], { confidence: true }, evaluation());
    try {
      return (await pace(() => once.next())).value?.token;
    } finally {
      await once.return();
    }
  }
  let source: SpeculativeSource | undefined;
  try {
    let token = (await generator.next()).value ?? undefined;
    options.onPrefilled();
    take(opening.tokens);
    const { temperature } = options;
    source = options.speculate({ sequence, temperature, hold, left: () => maxTokens - answer.length, plain, constrained, pace, signal });
    while (token !== undefined && answer.length < maxTokens) {
      if (signal.aborted) throw new CloisterError("cancelled", "The turn was cancelled.");
      if (vocabulary.ends(token, stop)) return finish("stop");

      let input: Token[] = [token];
      if (waitingFor !== undefined) {
        const piece = vocabulary.detokenize([token]);
        const at = (recent + piece).indexOf(callOpening);
        if (at >= 0) {
          state = waitingFor.begin();
          waitingFor = undefined;
          // A token that goes on after the opening has said more than the grammar has seen: only its beginning is kept.
          const kept = piece.slice(0, at + callOpening.length - recent.length);
          if (kept.length < piece.length) input = vocabulary.spell(kept);
        } else recent = (recent + piece).slice(1 - callOpening.length);
      }
      take(input);
      if (stopped) return finish("stop");
      const forced = force();
      take(forced.tokens);
      if (forced.complete) return finish("stop");
      if (answer.length >= maxTokens) break;
      token = await (source?.next ?? plain)([...input, ...forced.tokens]);
    }
    if (signal.aborted) throw new CloisterError("cancelled", "The turn was cancelled.");
    return finish("max-tokens");
  } finally {
    await source?.end();
    await generator.return();
  }
}

/** The window is checked before anything is evaluated, so it never has to give way; if it did, the prompt's beginning would be lost unseen. */
function refuseToShift(): never {
  throw new CloisterError("internal", "The window ran over in the middle of a turn, although it was checked before.");
}
