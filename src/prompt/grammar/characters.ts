import { CloisterError } from "../../error.ts";
import { codePoint, literal } from "./rules.ts";

/** Code points, both ends included; in order, without overlaps. */
export type CharacterSet = readonly (readonly [from: number, to: number])[];

/** All of Unicode that can be text: no lone surrogates. */
const everything: CharacterSet = [
  [0x00, 0xd7ff],
  [0xe000, 0x10ffff],
];

const controls: CharacterSet = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0x2028, 0x2029],
];

/** What a text slot may hold where it names no characters of its own. */
export const printable: CharacterSet = subtract(everything, controls);

/**
 * Reads the inside of a character class, `A-Za-z0-9._-` or `^|`. What a class excludes is taken from the printable characters;
 * a control character comes only where a class names it.
 *
 * @throws CloisterError `internal` for a class that cannot be read: forms are made by us
 */
export function parseClass(text: string): CharacterSet {
  const negated = text.startsWith("^");
  const members = readMembers(negated ? text.slice(1) : text);
  const ranges: [number, number][] = [];
  for (let at = 0; at < members.length; at++) {
    const from = members[at]!;
    if (from.code !== undefined && members[at + 1]?.hyphen && members[at + 2]?.code !== undefined) {
      const to = members[at + 2]!.code!;
      if (to < from.code) throw new CloisterError("internal", `The character class [${text}] holds a range that runs backwards.`);
      ranges.push([from.code, to]);
      at += 2;
    } else ranges.push([from.code ?? 0x2d, from.code ?? 0x2d]);
  }
  const named = normalise(ranges);
  return negated ? subtract(printable, named) : subtract(named, [[0xd800, 0xdfff]]);
}

/** A bare hyphen may make a range; everything else is a code point. */
type Member = { code: number; hyphen?: undefined } | { hyphen: true; code?: undefined };

const escapePattern = /\\x([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})|\\([^])|([^\\])/gu;
const escapedControls: Record<string, string> = { n: "\n", r: "\r", t: "\t" };

function readMembers(text: string): Member[] {
  return Array.from(text.matchAll(escapePattern), ([, two, four, eight, escaped, plain]): Member => {
    const hex = two ?? four ?? eight;
    if (hex !== undefined) return { code: Number.parseInt(hex, 16) };
    if (plain === "-") return { hyphen: true };
    const character = plain ?? escapedControls[escaped ?? ""] ?? escaped ?? "";
    return { code: character.codePointAt(0) ?? 0 };
  });
}

function normalise(ranges: [number, number][]): CharacterSet {
  const merged: [number, number][] = [];
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

export function subtract(set: CharacterSet, taken: CharacterSet): CharacterSet {
  return set.flatMap(([from, to]) => {
    const left: [number, number][] = [];
    let start = from;
    for (const [takenFrom, takenTo] of taken) {
      if (takenTo < start || takenFrom > to) continue;
      if (takenFrom > start) left.push([start, takenFrom - 1]);
      start = takenTo + 1;
    }
    if (start <= to) left.push([start, to]);
    return left;
  });
}

export function without(set: CharacterSet, codes: readonly number[]): CharacterSet {
  return subtract(set, normalise(codes.map((code) => [code, code])));
}

export function contains(set: CharacterSet, code: number): boolean {
  return set.some(([from, to]) => from <= code && code <= to);
}

/** A character as a JSON string holds it, in JSON.stringify's spelling. */
export function onTheWire(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** One character of a JSON string out of the set: a class, or a group where some of them must be escaped. Empty sets give undefined. */
export function wireCharacter(set: CharacterSet): string | undefined {
  const escaped = [...mustEscape].filter((code) => contains(set, code));
  const raw = without(set, mustEscape);
  const alternatives = [
    ...(raw.length > 0
      ? [`[${raw.map(([from, to]) => (from === to ? codePoint(from) : `${codePoint(from)}-${codePoint(to)}`)).join("")}]`]
      : []),
    ...escaped.map((code) => literal(onTheWire(String.fromCodePoint(code)))),
  ];
  if (alternatives.length === 0) return undefined;
  return alternatives.length === 1 ? alternatives[0] : `(${alternatives.join(" | ")})`;
}

const mustEscape: readonly number[] = [0x22, 0x5c, ...Array.from({ length: 0x20 }, (_, code) => code)];
