import type { TextSlot } from "../../messages/answer.ts";
import { type CharacterSet, contains, onTheWire, parseClass, printable, without } from "../../prompt/grammar/characters.ts";
import { codePoint } from "../../prompt/grammar/rules.ts";
import { type Excluded, excludedValues, longestSlot, stepOf } from "../../prompt/grammar/slot.ts";
import { literalPattern } from "./literal-pattern.ts";

/**
 * A text slot as a pattern: from `min` to `max` characters of its set, none of the excluded values, which are followed character by
 * character; from the first one that differs the text is free. A joint counts together with the character behind it.
 *
 * @returns undefined where nothing can stand in the slot, the empty text where only nothing can
 */
export function slotPattern(slot: TextSlot): string | undefined {
  const max = Math.min(slot.max, longestSlot);
  const characters = slot.characters === undefined ? printable : parseClass(slot.characters);
  const one = oneCharacter(slot, characters);
  if (slot.min > max || (one === undefined && slot.min > 0)) return undefined;
  const excluded = excludedValues(slot, max, characters);
  return excluded === undefined ? rest(0) : writeNode(excluded, 0);

  /** What may follow after `at` characters. */
  function rest(at: number): string {
    if (one === undefined || at >= max) return "";
    return `${one}{${Math.max(0, slot.min - at)},${max - at}}`;
  }

  function writeNode(node: Excluded, at: number): string | undefined {
    const alternatives: string[] = [];
    if (at < max) {
      for (const [code, next] of node.next) {
        const after = next.closed ? undefined : writeNode(next, at + 1);
        if (after !== undefined) alternatives.push(literalPattern(onTheWire(String.fromCodePoint(code))) + after);
      }
      const other = characterPattern(without(characters, [...node.next.keys()]));
      if (other !== undefined) alternatives.push(other + rest(at + 1));
    }
    const mayEnd = at >= slot.min && !node.ends;
    if (alternatives.length === 0) return mayEnd ? "" : undefined;
    return `(${alternatives.join("|")})${mayEnd ? "?" : ""}`;
  }
}

function oneCharacter(slot: TextSlot, characters: CharacterSet): string | undefined {
  const { plain, joint } = stepOf(slot, characters);
  const alone = characterPattern(plain);
  const behind = joint === undefined ? undefined : characterPattern(joint.behind);
  return alone === undefined || joint === undefined || behind === undefined
    ? alone
    : `(${alone}|${literalPattern(joint.character)}${behind})`;
}

/** What JSON writes with a backslash. */
const escapedOnTheWire: readonly number[] = [0x22, 0x5c, ...Array.from({ length: 0x20 }, (_, code) => code)];

/** One character of a JSON string out of the set; the inside of the class is in the notation of llama.cpp's grammars. */
function characterPattern(set: CharacterSet): string | undefined {
  const plain = without(set, escapedOnTheWire).map(([from, to]) => (from === to ? codePoint(from) : `${codePoint(from)}-${codePoint(to)}`));
  const escaped = escapedOnTheWire
    .filter((code) => contains(set, code))
    .map((code) => literalPattern(onTheWire(String.fromCodePoint(code))));
  const alternatives = [...(plain.length > 0 ? [`[${plain.join("")}]`] : []), ...escaped];
  if (alternatives.length === 0) return undefined;
  return alternatives.length === 1 ? alternatives[0] : `(${alternatives.join("|")})`;
}
