import type { RuntimeEvent } from "../runtime.ts";
import { createMeter, type Meter } from "./meter.ts";
import { readAnswer } from "./read-answer.ts";
import type { TurnContext } from "./turn-context.ts";
import { generateLineSchema } from "./wire.ts";

/** What the server's slot is believed to hold, and how fast it reads. Where the belief is wrong, a piece takes longer, and nothing else. */
export interface SlotBelief {
  text: string;
  /** Characters a millisecond; undefined until a piece was read. */
  rate: number | undefined;
}

/** A piece is to take so long, in milliseconds: nobody who left is worked for much longer. */
const pieceMs = 2_000;
/** Characters of a piece: some 300 tokens where nothing is known of the machine. */
const [firstPiece, smallestPiece, largestPiece] = [1_000, 500, 100_000];
/** Pieces shorter than this, in milliseconds, were in the cache, and say nothing about the rate. */
const shortestMs = 20;

/**
 * Has a long prompt read piece by piece, each ending at a blank, all but its last piece. Ollama looks only when it has a token to send whether somebody still
 * waits for it, so a whole prompt is read to its end for nobody; between two pieces the work can end. Each piece costs one token that is thrown away.
 */
export async function* prefillAhead(
  context: TurnContext,
  text: string,
  total: number,
  slot: SlotBelief,
): AsyncGenerator<RuntimeEvent, void> {
  let from = commonLength(slot.text, text);
  for (;;) {
    const size = pieceSize(slot.rate);
    if (text.length - from <= size * 1.5) return;
    const cut = blankBefore(text, from + size, from);
    const meter = createMeter(() => performance.now());
    await readPiece(context, text.slice(0, cut), meter);
    const { prefillMs, decodeMs } = meter.timing(0);
    if (prefillMs > shortestMs) slot.rate = (cut - from) / prefillMs;
    context.meter.prefilled(prefillMs + decodeMs);
    slot.text = text.slice(0, cut);
    from = cut;
    const done = meter.promptTokens ?? 0;
    yield { type: "prefill", done, total: Math.max(total, done), cached: 0 };
  }
}

async function readPiece(context: TurnContext, prompt: string, meter: Meter): Promise<void> {
  const body = { ...context.request(1, []), prompt, raw: true };
  const request = { path: "/api/generate", body, signal: context.signal, explain: context.explain };
  for await (const part of readAnswer(context.server, request, generateLineSchema, (line) => line.response, meter)) {
    // What it would say here is nobody's answer.
    if (part.type === "ended") return;
  }
}

function pieceSize(rate: number | undefined): number {
  return rate === undefined ? firstPiece : Math.round(Math.min(largestPiece, Math.max(smallestPiece, rate * pieceMs)));
}

function commonLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}

/** Where a word begins with its blank: tokens seldom reach across it. Never in the middle of a character. */
function blankBefore(text: string, wanted: number, from: number): number {
  for (let at = wanted; at > from + (wanted - from) / 2; at--) if (text[at] === " " || text[at] === "\n") return at;
  return /[\uD800-\uDBFF]/.test(text[wanted - 1] ?? "") ? wanted + 1 : wanted;
}
