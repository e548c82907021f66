import { literal, type Rules } from "./rules.ts";

/** JSON of any shape, and its strings, in our spelling. */

/** Everything that stands for itself in a JSON string; no lone surrogates. */
const plain = "[\\x20\\x21\\x23-\\x5B\\x5D-\\uD7FF\\uE000-\\U0010FFFF]";
/** The escapes of JSON.stringify: short ones where there are, `\u00…` for the other control characters. */
const escape = `"\\\\" (["\\\\bfnrt] | "u00" ("0" [0-7be-f] | "1" [0-9a-f]))`;

/** Longest string that is counted. */
const longestString = 1000;

/** A string of so many characters (code points, as JSON Schema counts). A bound over 1000 is left to the judge. */
export function jsonString(rules: Rules, atLeast: number, atMost: number): string | undefined {
  const min = Math.max(0, Math.ceil(atLeast));
  const max = Math.floor(atMost);
  if (min > max) return undefined;
  const character = rules.share("character", `${plain} | ${escape}`);
  if (max === 0) return rules.share("string", literal('""'));
  const least = Math.min(min, longestString);
  const times = max > longestString ? (least === 0 ? "*" : `{${least},}`) : `{${least},${max}}`;
  return rules.share("string", `"\\"" ${character}${times} "\\""`);
}

/** Nesting of JSON that no schema describes. Bounded, so that a model that has lost its way comes to an end. */
const deepest = 4;

export function anyJson(rules: Rules): string {
  return anyValue(rules, deepest);
}

export function anyObject(rules: Rules): string {
  return objectOfAnything(rules, deepest);
}

function anyValue(rules: Rules, depth: number): string {
  const scalars = `${jsonString(rules, 0, Infinity)} | ${anyNumber(rules)} | "true" | "false" | "null"`;
  if (depth === 0) return rules.share("any", scalars);
  const item = anyValue(rules, depth - 1);
  return rules.share("any", `${objectOfAnything(rules, depth)} | "[" (${item} (", " ${item})*)? "]" | ${scalars}`);
}

function objectOfAnything(rules: Rules, depth: number): string {
  const entry = rules.share("entry", `${jsonString(rules, 0, Infinity)} ": " ${anyValue(rules, depth - 1)}`);
  return rules.share("any-object", `"{" (${entry} (", " ${entry})*)? "}"`);
}

function anyNumber(rules: Rules): string {
  return rules.share("any-number", '"0" | "-"? [1-9] [0-9]{0,8} | "-"? ("0" | [1-9] [0-9]{0,8}) "." [0-9]{0,5} [1-9]');
}
