import { CloisterError } from "../../error.ts";
import type { TextSlot } from "../../messages/answer.ts";
import { contains, onTheWire, parseClass, printable, wireCharacter, without, type CharacterSet } from "./characters.ts";
import { literal, type Rules } from "./rules.ts";

/** Longest slot, in characters: each character of room is a rule of its own. */
export const longestSlot = 2000;
/** Characters of excluded values that are compiled, all in all. */
const mostExcluded = 50_000;

/** Excluded values as a tree of their characters. */
export interface Excluded {
  /** A value that may not come out ends here. */
  ends: boolean;
  /** Nothing may go on from here either. */
  closed: boolean;
  readonly next: Map<number, Excluded>;
}

/**
 * A text slot as a rule: from `min` to `max` characters of its set, none of the excluded values. Exclusion is exact: the rule
 * follows the excluded values character by character and is free from the first one that differs. In a sentence a full stop counts
 * together with the character behind it, in a name a hyphen does.
 *
 * @returns undefined where nothing can stand in the slot
 */
export function slotRule(rules: Rules, hint: string, slot: TextSlot): string | undefined {
  const max = Math.min(slot.max, longestSlot);
  const characters = slot.characters === undefined ? printable : parseClass(slot.characters);
  const one = oneCharacter(slot, characters);
  if (slot.min > max || (one === undefined && slot.min > 0)) return undefined;
  const rests = restsOfSlot(rules, hint, one, slot.min, max);
  const excluded = excludedValues(slot, max, characters);
  return excluded === undefined ? rests[0] : writeNode(excluded, 0);

  /** The rest of the slot's text after `at` characters that an excluded value begins with. */
  function writeNode(node: Excluded, at: number): string | undefined {
    const alternatives: string[] = [];
    if (at < max) {
      for (const [code, next] of node.next) {
        if (next.closed) continue;
        const rest = writeNode(next, at + 1);
        if (rest !== undefined) alternatives.push(`${literal(onTheWire(String.fromCodePoint(code)))} ${rest}`);
      }
      const other = wireCharacter(without(characters, [...node.next.keys()]));
      if (other !== undefined) alternatives.push(`${rules.share(`${hint}-other`, other)} ${rests[at + 1]}`);
    }
    if (at >= slot.min && !node.ends) alternatives.push('""');
    return alternatives.length === 0 ? undefined : rules.share(hint, alternatives.join(" | "));
  }
}

function oneCharacter(slot: TextSlot, characters: CharacterSet): string | undefined {
  const { plain, joint } = stepOf(slot, characters);
  const alone = wireCharacter(plain);
  const behind = joint === undefined ? undefined : wireCharacter(joint.behind);
  return alone === undefined || joint === undefined || behind === undefined ? alone : `(${alone} | "${joint.character}" ${behind})`;
}

/** One step of a slot's text: a character that stands for itself, or a joint together with the character behind it. */
export interface SlotStep {
  readonly plain: CharacterSet;
  readonly joint: { readonly character: "." | "-"; readonly behind: CharacterSet } | undefined;
}

/** In a sentence a full stop is a joint, in a name a hyphen; a slot is one of the two at most. */
export function stepOf(slot: TextSlot, characters: CharacterSet): SlotStep {
  const character = slot.sentence === true ? "." : slot.name === true ? "-" : undefined;
  const code = character?.codePointAt(0);
  if (character === undefined || code === undefined || !contains(characters, code)) return { plain: characters, joint: undefined };
  const plain = without(characters, [code]);
  return { plain, joint: { character, behind: character === "." ? without(plain, sentenceBeginnings) : plain } };
}

/** A space, and capital letters: a small model that may not write a space behind a full stop begins the next sentence without one. */
const sentenceBeginnings: readonly number[] = [0x20, ...Array.from({ length: 26 }, (_, letter) => 0x41 + letter)];

/** What may follow after 0, 1, … `max` characters: a chain of rules that slots of one character set share. */
function restsOfSlot(rules: Rules, hint: string, one: string | undefined, min: number, max: number): string[] {
  const rests = Array.from({ length: max + 1 }, () => '""');
  if (one === undefined) return rests;
  const character = rules.share(`${hint}-character`, one);
  for (let at = max - 1; at >= 0; at--) rests[at] = rules.share(`${hint}-rest`, `${character} ${rests[at + 1]}${at >= min ? ' | ""' : ""}`);
  return rests;
}

/** The values that a slot excludes and that could come out otherwise; undefined where there are none. */
export function excludedValues(slot: TextSlot, max: number, characters: CharacterSet): Excluded | undefined {
  const root: Excluded = { ends: false, closed: false, next: new Map() };
  let total = 0;
  const closing = new Set(slot.exceptBeginnings);
  for (const value of [...(slot.except ?? []), ...closing]) {
    const codes = Array.from(value, (character) => character.codePointAt(0) ?? 0);
    // What could not come out anyway needs no rule.
    if ((codes.length < slot.min && !closing.has(value)) || codes.length > max || codes.some((code) => !contains(characters, code)))
      continue;
    total += codes.length;
    if (total > mostExcluded)
      throw new CloisterError("too-large", `A slot excludes values of more than ${mostExcluded} characters together.`);
    let node = root;
    for (const code of codes) {
      let next = node.next.get(code);
      if (next === undefined) node.next.set(code, (next = { ends: false, closed: false, next: new Map() }));
      node = next;
    }
    node.ends = true;
    if (closing.has(value)) node.closed = true;
  }
  return root.ends || root.next.size > 0 ? root : undefined;
}
