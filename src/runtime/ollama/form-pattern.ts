import type { Piece } from "../../messages/answer.ts";
import { onTheWire } from "../../prompt/grammar/characters.ts";
import { literalPattern } from "./literal-pattern.ts";
import { slotPattern } from "./slot-pattern.ts";

/** A character, or a slot's pattern, as one step of a way through a form. */
interface Node {
  ends: boolean;
  readonly next: Map<string, Node>;
}

/**
 * The values that one argument may have, as a pattern in the dialect that Ollama's converter reads (that of llama.cpp's JSON-schema grammars).
 * It holds what stands between the quotes **as it is written**: escapes of JSON are part of the pattern. Common beginnings are written once.
 *
 * @returns undefined where nothing can be said
 */
export function formPattern(values: readonly (readonly Piece[])[]): string | undefined {
  const root = newNode();
  let any = false;
  for (const value of values) any = addValue(root, value) || any;
  return any ? `^${write(root)}$` : undefined;
}

function addValue(root: Node, value: readonly Piece[]): boolean {
  let ends: readonly Node[] = [root];
  for (const piece of value) {
    const ways = stepsOf(piece);
    const reached = new Set(ends.flatMap((from) => ways.map((steps) => steps.reduce(follow, from))));
    if (reached.size === 0) return false;
    ends = [...reached];
  }
  for (const end of ends) end.ends = true;
  return true;
}

/** The ways through a piece; none where nothing can stand there. */
function stepsOf(piece: Piece): readonly (readonly string[])[] {
  switch (piece.kind) {
    case "fixed":
      return [characters(piece.text)];
    case "choice":
      return piece.of.map(characters);
    case "text": {
      const pattern = slotPattern(piece.slot);
      return pattern === undefined ? [] : [pattern === "" ? [] : [pattern]];
    }
  }
}

function characters(text: string): string[] {
  return Array.from(onTheWire(text), literalPattern);
}

function newNode(): Node {
  return { ends: false, next: new Map() };
}

function follow(node: Node, step: string): Node {
  const known = node.next.get(step);
  if (known !== undefined) return known;
  const made = newNode();
  node.next.set(step, made);
  return made;
}

function write(node: Node): string {
  let text = "";
  let at = node;
  // A chain without a choice needs no brackets.
  for (;;) {
    const [only, ...more] = at.next;
    if (only === undefined) return text;
    if (more.length > 0 || at.ends) break;
    text += only[0];
    at = only[1];
  }
  const alternatives = Array.from(at.next, ([step, next]) => step + write(next));
  return `${text}(${alternatives.join("|")})${at.ends ? "?" : ""}`;
}
