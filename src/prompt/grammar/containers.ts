import { spellJson } from "../spelling.ts";
import { jsonString } from "./json.ts";
import { literal, type Rules } from "./rules.ts";

/** Objects and arrays as rules, out of the rules of what they hold. */

export interface Member {
  readonly name: string;
  readonly value: string;
  readonly required: boolean;
}

/** The longest run of items or characters that is counted; beyond it a rule is left open and the call is judged afterwards. */
export const longestRun = 1000;

/**
 * An object with its members in their order; any of the optional ones may be left out. After the first member that is written
 * each brings its own comma, so the rule grows with the members, not with their combinations.
 */
export function objectOf(rules: Rules, hint: string, members: readonly Member[]): string {
  const written = members.map(({ name, value }) => `${literal(`${spellJson(name)}: `)} ${value}`);
  const firstRequired = members.findIndex((member) => member.required);
  const last = firstRequired === -1 ? members.length - 1 : firstRequired;
  // What may follow once a member was written; shared by all that may come first.
  const tails: string[] = Array.from({ length: members.length + 1 }, () => "");
  for (let at = members.length - 1; at > 0; at--) {
    const member = members[at]?.required ? `", " ${written[at]}` : `(", " ${written[at]})?`;
    const tail = tails[at + 1] === "" ? member : `${member} ${tails[at + 1]}`;
    tails[at] = at <= last + 1 ? rules.share(`${hint}-tail`, tail) : tail;
  }
  const beginnings = written.slice(0, last + 1).map((member, at) => `${member} ${tails[at + 1]}`.trimEnd());
  if (beginnings.length === 0) return rules.share(hint, literal("{}"));
  const optional = firstRequired === -1 ? "?" : "";
  return rules.share(hint, `"{" (${beginnings.join(" | ")})${optional} "}"`);
}

/** An object with keys of the model's choice. */
export function mapOf(rules: Rules, key: string | undefined, value: string, some: boolean): string {
  const entry = rules.share("entry", `${key ?? jsonString(rules, 0, Infinity)} ": " ${value}`);
  return rules.share("map", `"{" (${entry} (", " ${entry})*)${some ? "" : "?"} "}"`);
}

export interface ArrayParts {
  /** Items that have a place of their own. Undefined: nothing fits there. */
  readonly first: readonly (string | undefined)[];
  /** All further ones. */
  readonly rest: string | undefined;
  readonly min: number;
  readonly max: number;
}

/** An array within its bounds; undefined where none can be. */
export function arrayOf(rules: Rules, hint: string, parts: ArrayParts): string | undefined {
  const { first, rest } = parts;
  const min = Math.ceil(parts.min);
  const max = Math.floor(parts.max);
  const gap = first.indexOf(undefined);
  const room = Math.min(max, gap === -1 ? Infinity : gap, rest === undefined ? first.length : Infinity);
  if (min > room) return undefined;
  const fixed = first.slice(0, Math.min(first.length, room)).filter((item) => item !== undefined);
  const items = [...fixed];
  const more = room - fixed.length;
  const needed = Math.max(0, min - fixed.length);
  if (rest === undefined || more <= 0) return rules.share(hint, items.length === 0 ? '"[]"' : `"[" ${items.join(' ", " ')} "]"`);

  if (items.length > 0) return rules.share(hint, `"[" ${items.join(' ", " ')} ${repeat(`(", " ${rest})`, needed, more)} "]"`);
  const list = `${rest} ${repeat(`(", " ${rest})`, Math.max(0, needed - 1), more - 1)}`.trimEnd();
  return rules.share(hint, needed > 0 ? `"[" ${list} "]"` : `"[" (${list})? "]"`);
}

/** An expression `min` to `max` times, within what the engine's parser takes. */
export function repeat(expression: string, min: number, max: number): string {
  if (max <= 0) return "";
  const least = Math.min(min, longestRun);
  return max > longestRun ? `${expression}{${least},}` : `${expression}{${least},${max}}`;
}
