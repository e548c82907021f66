import type { LlamaModel, Token } from "node-llama-cpp";
import type { Tokenizer } from "./prompt-tokens.ts";
import type { Detokenize } from "./token-text.ts";

/** A loaded model's vocabulary, as the engine needs it. */
export interface Vocabulary {
  readonly tokenizer: Tokenizer;
  readonly detokenize: Detokenize;
  /** Tokens of text that the engine itself puts into an answer: no control tokens, but those that open and close a call. */
  spell(text: string): Token[];
  /** Does this token end an answer, either by the vocabulary or because it is one of the stop texts in one token? */
  ends(token: Token, stop: readonly string[]): boolean;
  /** The token that stands for each byte alone; undefined where the vocabulary has not all of them. */
  readonly bytes: readonly Token[] | undefined;
  /** End tokens: at least one. */
  readonly endTokens: readonly Token[];
  /** Control tokens that end nothing, such as the one that opens a turn: their text has no place in what a grammar holds. */
  readonly control: ReadonlySet<Token>;
}

/** Attribute of tokens that the vocabulary's author added and that are matched in plain text too, such as `<tool_call>`. */
const userDefined = 4;
/** Attribute of tokens that are never matched in plain text. */
const controlType = 3;

export function readVocabulary(model: LlamaModel): Vocabulary {
  const ggml = model.fileInfo.metadata.tokenizer.ggml;
  const texts: readonly string[] = ggml.tokens;
  // SentencePiece vocabularies put a space before a text's first word: right at the start of a prompt, wrong within it.
  const tokenize = (text: string, special: boolean): Token[] =>
    model.vocabularyType === "spm" ? model.tokenize(text, special, "trimLeadingSpace") : model.tokenize(text, special);

  const types = ggml.token_type ?? [];
  const markup = texts.filter((text, index) => types[index] === userDefined && /^<[^<>\s]+>$/.test(text));
  const markupPattern = markup.length === 0 ? undefined : new RegExp(markup.map(escapePattern).join("|"), "g");

  const stopTokens = new Map<string, Token | undefined>();
  const stopToken = (text: string): Token | undefined => {
    if (!stopTokens.has(text)) {
      const tokens = model.tokenize(text, true);
      stopTokens.set(text, tokens.length === 1 ? tokens[0] : undefined);
    }
    return stopTokens.get(text);
  };

  const endTokens = [model.tokens.eot, model.tokens.eos].filter((token) => token !== null);
  return {
    tokenizer: {
      special: (text) => tokenize(text, true),
      plain: (text) => spellOut(text, markupPattern).flatMap((piece) => tokenize(piece, false)),
      opening: model.tokens.shouldPrependBosToken ? (model.tokens.bos ?? undefined) : undefined,
    },
    detokenize: (tokens) => model.detokenize(tokens as readonly Token[], true),
    spell: (text) => tokenize(text, false),
    ends: (token, stop) => model.isEogToken(token) || stop.some((text) => stopToken(text) === token),
    bytes: byteTokens(texts),
    endTokens,
    control: new Set(controlTokens(types).filter((token) => !model.isEogToken(token))),
  };
}

/**
 * Cuts each `<tool_call>` or other added token of the vocabulary in two, so that its text in a tool's output stays text: control
 * tokens are left out by the tokenizer, added ones are not.
 */
export function spellOut(text: string, markup: RegExp | undefined): string[] {
  if (markup === undefined) return text === "" ? [] : [text];
  const pieces: string[] = [];
  let from = 0;
  for (const match of text.matchAll(markup)) {
    pieces.push(text.slice(from, match.index + 1));
    from = match.index + 1;
  }
  pieces.push(text.slice(from));
  return pieces.filter((piece) => piece !== "");
}

export function controlTokens(types: readonly number[]): readonly Token[] {
  return types.flatMap((type, token) => (type === controlType ? [token as Token] : []));
}

/** Token of each byte that can occur in UTF-8. Byte-level BPE writes bytes as GPT-2 does; SentencePiece writes `<0x0A>`. */
export function byteTokens(texts: readonly string[]): readonly Token[] | undefined {
  const index = new Map<string, number>();
  texts.forEach((text, token) => {
    if (text.length <= 6 && !index.has(text)) index.set(text, token);
  });
  const letters = gpt2Letters();
  const tokens: Token[] = [];
  for (let byte = 0; byte < 256; byte++) {
    const hex = `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
    const token = index.get(hex) ?? index.get(letters[byte] ?? "");
    if (token === undefined && !neverInUtf8(byte)) return undefined;
    tokens.push((token ?? -1) as Token);
  }
  return tokens;
}

export function neverInUtf8(byte: number): boolean {
  return byte === 0xc0 || byte === 0xc1 || byte > 0xf4;
}

/** GPT-2's way to write bytes as visible letters: printable ones stand for themselves, the others follow from U+0100 on. */
function gpt2Letters(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    return String.fromCodePoint(printable ? byte : next++);
  });
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
