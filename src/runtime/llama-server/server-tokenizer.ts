import { z } from "zod";
import { CloisterError } from "../../error.ts";
import type { Segment } from "../../prompt/template.ts";
import { promptTokens } from "../embedded/prompt-tokens.ts";
import { createRecentMap, type RecentMap } from "../embedded/recent-map.ts";
import { spellOut } from "../embedded/vocabulary.ts";
import { mapFew } from "../http/map-few.ts";
import type { Server } from "../http/server.ts";

/** The model's tokenizer, asked over HTTP; a text that was asked before is not asked again. */
export interface ServerTokenizer {
  /** A rendered prompt's tokens, exactly as `run` sends them. `answers` holds the tokens of the model's own earlier answers. */
  prompt(
    segments: readonly Segment[],
    answers: Pick<RecentMap<readonly number[]>, "get">,
    signal?: AbortSignal,
  ): Promise<readonly number[]>;
  /** The one token that a control text is; undefined where it is several. */
  single(text: string, signal?: AbortSignal): Promise<number | undefined>;
  /** Tokens of a text by itself, as plain text. */
  plain(text: string, signal?: AbortSignal): Promise<readonly number[]>;
}

const tokensSchema = z.object({ tokens: z.array(z.number().int().nonnegative()) });
const piecesSchema = z.object({ tokens: z.array(z.object({ id: z.number().int(), piece: z.unknown() })) });

/** Segments that are kept: a conversation has about three a turn, and each holds a few tokens to a few thousand. */
const keptTexts = 4096;
const keptMarkup = 4096;
/** Questions to the server at the same time. */
const atOnce = 4;
const markupLike = /<[^<>\s]+>/g;

/** Asks the server once how its vocabulary opens a prompt and whether it puts a blank before a text. */
export async function createServerTokenizer(server: Server, signal?: AbortSignal): Promise<ServerTokenizer> {
  const known = createRecentMap<readonly number[]>(keptTexts);
  /** Whether a text like `<tool_call>` is one token even where control tokens are off: the vocabulary's author added it. */
  const isMarkup = createRecentMap<boolean>(keptMarkup);

  const ask = async (content: string, special: boolean, signal?: AbortSignal, opening = false): Promise<readonly number[]> => {
    const body = { content, parse_special: special, add_special: opening };
    return (await server.ask({ path: "/tokenize", body, signal }, tokensSchema)).tokens;
  };

  // SentencePiece vocabularies put a blank before a text: right at the start of a prompt, wrong within it.
  const [opened, bare, lineFeed, afterLineFeed] = await Promise.all([
    ask("a", false, signal, true),
    ask("a", false, signal),
    ask("\n", false, signal),
    ask("\na", false, signal),
  ]);
  const opening = opened.length > bare.length ? opened[0] : undefined;
  const putsBlank = startsWith(afterLineFeed, lineFeed) && afterLineFeed[lineFeed.length] !== bare[0];

  async function tokenize(text: string, special: boolean, signal?: AbortSignal): Promise<readonly number[]> {
    if (text === "") return [];
    const key = `${special ? "s" : "p"}${text}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const tokens = await tokenizeAnew(text, special, signal);
    known.set(key, tokens);
    return tokens;
  }

  async function tokenizeAnew(text: string, special: boolean, signal?: AbortSignal): Promise<readonly number[]> {
    if (!putsBlank) return await ask(text, special, signal);
    // Behind a line feed no blank is put; the line feed's own tokens are taken off again.
    const tokens = await ask(`\n${text}`, special, signal);
    return startsWith(tokens, lineFeed) ? tokens.slice(lineFeed.length) : await ask(text, special, signal);
  }

  async function plain(text: string, signal?: AbortSignal): Promise<readonly number[]> {
    const candidates = [...new Set(text.match(markupLike))];
    await learnMarkup(
      candidates.filter((candidate) => isMarkup.get(candidate) === undefined),
      signal,
    );
    const markup = candidates.filter((candidate) => isMarkup.get(candidate) !== false);
    const pattern = markup.length === 0 ? undefined : new RegExp(markup.map(escapePattern).join("|"), "g");
    const pieces = await mapFew(spellOut(text, pattern), atOnce, (piece) => tokenize(piece, false, signal));
    return pieces.flat();
  }

  async function learnMarkup(candidates: readonly string[], signal?: AbortSignal): Promise<void> {
    if (candidates.length === 0) return;
    const body = { content: candidates.join("\n"), parse_special: false, add_special: false, with_pieces: true };
    const { tokens } = await server.ask({ path: "/tokenize", body, signal }, piecesSchema);
    const pieces = new Set(tokens.map(({ piece }) => piece));
    for (const candidate of candidates) isMarkup.set(candidate, pieces.has(candidate));
  }

  return {
    plain,
    async single(text, signal) {
      const [first, ...more] = await tokenize(text, true, signal);
      return more.length === 0 ? first : undefined;
    },
    async prompt(segments, answers, signal) {
      const found = { special: new Map<string, readonly number[]>(), plain: new Map<string, readonly number[]>() };
      // Looked up once: it may be forgotten while the others are asked for.
      const remembered = new Map<string, readonly number[]>();
      await mapFew(segments, atOnce, async ({ text, special, assistant }) => {
        const own = assistant === true ? answers.get(text) : undefined;
        if (own !== undefined) remembered.set(text, own);
        else if (special) found.special.set(text, await tokenize(text, true, signal));
        else found.plain.set(text, await plain(text, signal));
      });
      const tokenizer = { special: taken(found.special), plain: taken(found.plain), opening };
      return promptTokens(segments, tokenizer, remembered);
    },
  };
}

function taken(tokens: ReadonlyMap<string, readonly number[]>): (text: string) => number[] {
  return (text) => {
    const those = tokens.get(text);
    if (those === undefined) throw new CloisterError("internal", "A part of the prompt was not cut into tokens.");
    return [...those];
  };
}

function startsWith(tokens: readonly number[], beginning: readonly number[]): boolean {
  return beginning.every((token, at) => tokens[at] === token);
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
