import type { Form, Piece } from "../messages/answer.ts";
import type { JsonObject } from "../messages/conversation.ts";
import type { Place } from "./facts.ts";
import { listedValues } from "./known-values.ts";
import { flowListEdits, itemEdits } from "./list-edits.ts";
import type { EditSource } from "./runbook.ts";

export interface EditsAsked {
  readonly id: string;
  readonly source: EditSource;
  readonly path: string;
  readonly text: string;
  /** What looks printed. */
  readonly evidence: readonly string[];
  /** Edits that were made before: what they wrote is not offered again. */
  readonly tried: readonly JsonObject[];
  /** Lines that may be edited, from 0; all where it is absent. */
  readonly only: readonly number[] | undefined;
}

/**
 * Edits of one line: the old text is a line of the file as it stands, the key stays, the slot is the value. A value that stands
 * already, or that was tried, is no proposal. The shape of the old value bounds the new one: a quantity stays a quantity, a number a number.
 */
export function editForms({ id, source, path, text, evidence, tried, only }: EditsAsked): readonly Form[] {
  const lines = text.split("\n");
  const forms: Form[] = [];
  for (const [index, line] of lines.entries()) {
    if (only?.includes(index) === false) continue;
    if (source.except?.test(line.trim()) === true) continue;
    const old = uniqueText(lines, index);
    if (old === undefined) continue;
    const above = old.slice(0, old.length - line.trim().length);
    for (const edit of [...itemEdits(line), ...flowListEdits(line)]) {
      const [before, after] = [above + edit.before, edit.after];
      const pieces = withoutTried(edit.value, triedValues(tried, path, old, before, after));
      if (pieces !== undefined) forms.push(editForm(id, path, old, [...fixed(before), ...pieces, ...fixed(after)]));
    }
    const scalar = readScalar(line);
    if (scalar === undefined) continue;
    const before = above + scalar.before;
    const not = triedValues(tried, path, old, before, scalar.after);
    const values = /(^|- )image:/.test(scalar.before)
      ? imageSlots(scalar.value, evidence, not)
      : valueSlots(scalar, source.multiples, evidence, not);
    for (const value of values) forms.push(editForm(id, path, old, [{ kind: "fixed", text: before }, ...value, ...fixed(scalar.after)]));
  }
  return forms;
}

/** Edits that write what triage says would fit, a form for each. A line that is not as triage saw it is left out. */
export function placeForms(id: string, path: string, text: string, places: readonly Place[]): readonly Form[] {
  const lines = text.split("\n");
  return places.flatMap((place) => {
    const line = lineOf(lines, place);
    const old = line === undefined ? undefined : uniqueText(lines, line);
    if (old === undefined) return [];
    const before = old.slice(0, old.length - place.text.trim().length);
    return place.candidates.map((line) => editForm(id, path, old, [{ kind: "fixed", text: before + line.trimStart() }]));
  });
}

/** Where a place's line stands now: an edit above may have moved it. `undefined` where it is not there as it was. */
export function lineOf(lines: readonly string[], { line, text }: Place): number | undefined {
  const all = lines.flatMap((one, index) => (one === text ? [index] : []));
  return all.toSorted((a, b) => Math.abs(a - line) - Math.abs(b - line))[0];
}

/** The lines that a place covers, as the file stands now. */
export function linesOf(lines: readonly string[], place: Place): readonly number[] {
  const first = lineOf(lines, place);
  return first === undefined ? [] : Array.from({ length: place.lines ?? 1 }, (_, index) => first + index);
}

/** The edit of one text of a file. */
export function editForm(id: string, path: string, old: string, replacement: readonly Piece[]): Form {
  return {
    id,
    tool: "Edit",
    arguments: [
      { name: "file_path", value: [{ kind: "fixed", text: path }] },
      { name: "old_string", value: [{ kind: "fixed", text: old }] },
      { name: "new_string", value: replacement },
    ],
  };
}

function triedValues(tried: readonly JsonObject[], path: string, old: string, before: string, after: string): readonly string[] {
  return tried.flatMap(({ file_path: file, old_string: from, new_string: to }) =>
    file === path && from === old && typeof to === "string" && to.startsWith(before) && to.endsWith(after)
      ? [to.slice(before.length, to.length - after.length)]
      : [],
  );
}

interface Scalar {
  /** The line without its indentation up to the value, an opening quote included. */
  readonly before: string;
  readonly value: string;
  /** A closing quote and a comment. */
  readonly after: string;
}

/** `key: value` or `- key: value` with a plain or quoted scalar; nothing for keys that open a block, lists and comments. */
export function readScalar(line: string): Scalar | undefined {
  const match = /^((?:- )*[\w./-]+:\s+)(?:(["'])([^"']*)\2|([^\s"'|>&*{[#][^#]*?))(\s+#.*)?$/.exec(line.trim());
  if (match === null) return undefined;
  const [, key = "", quote = "", quoted, plain, comment = ""] = match;
  const value = quoted ?? plain ?? "";
  if (value.length > 200) return undefined;
  return { before: key + quote, value, after: quote + comment };
}

/** The line's text without indentation; with as many lines before it as make it occur once in the file, which the client's Edit demands. */
export function uniqueText(lines: readonly string[], index: number): string | undefined {
  const whole = lines.join("\n");
  for (let from = index; from >= 0 && index - from <= 8; from--) {
    const text = lines
      .slice(from, index + 1)
      .join("\n")
      .trimStart();
    if (occursOnce(whole, text)) return text.trimEnd();
  }
  return undefined;
}

function occursOnce(whole: string, part: string): boolean {
  const first = whole.indexOf(part);
  return first >= 0 && whole.indexOf(part, first + 1) < 0;
}

const memoryUnits = ["Ki", "Mi", "Gi", "k", "M", "G"];

/**
 * An image is one that the evidence shows under the same name, with another tag or digest. Only where it shows none may the model write
 * one: it copies the old value then, and where it may not end there it would go on behind it, so that is closed too.
 */
function imageSlots(value: string, evidence: readonly string[], not: readonly string[]): readonly (readonly Piece[])[] {
  const name = value.replace(/(?::[\w.-]+)?(?:@sha256:[0-9a-f]+)?$/, "");
  const seen = new Set(evidence.flatMap((output) => output.match(/[\w.-]+(?::\d+)?\/[\w./-]+(?::[\w.-]+|@sha256:[0-9a-f]{64})/g) ?? []));
  const others = [...seen].filter(
    (image) => image !== value && !not.includes(image) && (image.startsWith(`${name}:`) || image.startsWith(`${name}@`)),
  );
  return others.length > 0 ? [[{ kind: "choice", of: others }]] : [[textSlot(value, { exceptBeginnings: [value, ...not] })]];
}

function valueSlots(
  { before, value }: Scalar,
  multiples: readonly number[] | undefined,
  evidence: readonly string[],
  not: readonly string[],
): readonly (readonly Piece[])[] {
  const key = /([\w./-]+):\s+["']?$/.exec(before)?.[1] ?? "";
  const listed = listedValues[key]?.filter((one) => one !== value && !not.includes(one));
  if (listed !== undefined) return listed.length === 0 ? [] : [[{ kind: "choice", of: listed }]];
  // What the evidence names behind the same key comes first: while it is untried, it is all that is offered.
  const named = namedValues(key, evidence).filter((one) => one !== value && !not.includes(one));
  if (named.length > 0) return [[{ kind: "choice", of: named }]];
  const quantity = /^(\d+)(Ki|Mi|Gi|k|M|G|m)$/.exec(value);
  if (quantity !== null) {
    const [, number = "", unit = ""] = quantity;
    if (multiples !== undefined) {
      const values = multiples
        .map((multiple) => Number(number) * multiple)
        .filter((product) => Number.isInteger(product) && product !== Number(number) && !not.includes(`${product}${unit}`));
      return values.length === 0 ? [] : [[{ kind: "choice", of: values.map((product) => `${product}${unit}`) }]];
    }
    const others = unit === "m" ? [] : memoryUnits.filter((other) => other !== unit);
    const same: readonly Piece[] = [digits(5, [number, ...not.map((one) => one.replace(/\D+$/, ""))]), { kind: "fixed", text: unit }];
    return others.length === 0 ? [same] : [same, [digits(5), { kind: "choice", of: others }]];
  }
  if (/^\d+$/.test(value)) return [[digits(6, [value, ...not])]];
  if (value === "true" || value === "false") return not.length > 0 ? [] : [[{ kind: "fixed", text: value === "true" ? "false" : "true" }]];
  return [[textSlot(value, { except: [value, ...not] })]];
}

/** So many values of the evidence are offered. */
const mostNamed = 6;

/** Values that outputs show behind a key: `port: 8181`, `app=web`. */
function namedValues(key: string, evidence: readonly string[]): readonly string[] {
  // Every object has these, and another object's is no value for this one.
  if (!/^[\w./-]{3,60}$/.test(key) || /^(?:name|namespace|kind|image|value|key|type|cpu|memory)$/.test(key)) return [];
  const pattern = new RegExp(`(?<![\\w./-])${key.replaceAll(/[./-]/g, "\\$&")}[=:]\\s*([\\w./:-]+)`, "gi");
  const values = evidence.flatMap((output) => [...output.matchAll(pattern)].map(([, value = ""]) => value.replace(/[.,:;]+$/, "")));
  return [...new Set(values)].filter((value) => value !== "").slice(0, mostNamed);
}

/** The pieces of a slot without values that were tried; `undefined` where nothing is left. */
function withoutTried(pieces: readonly Piece[], not: readonly string[]): readonly Piece[] | undefined {
  const left = pieces.map((piece): Piece => {
    if (piece.kind === "choice") return { kind: "choice", of: piece.of.filter((one) => !not.includes(one)) };
    return piece.kind === "text" ? { kind: "text", slot: { ...piece.slot, except: [...(piece.slot.except ?? []), ...not] } } : piece;
  });
  return left.some((piece) => piece.kind === "choice" && piece.of.length === 0) ? undefined : left;
}

function textSlot(value: string, not: { readonly except: readonly string[] } | { readonly exceptBeginnings: readonly string[] }): Piece {
  return { kind: "text", slot: { min: 1, max: Math.min(200, value.length + 40), characters: "A-Za-z0-9._:/@+=,-", ...not } };
}

/** A number without a leading zero would need a grammar of its own; Kubernetes reads `064Mi` as 64Mi, and the check reads the value. */
function digits(max: number, except?: readonly string[]): Piece {
  return { kind: "text", slot: { min: 1, max, characters: "0-9", ...(except === undefined ? {} : { except }) } };
}

function fixed(text: string): readonly Piece[] {
  return text === "" ? [] : [{ kind: "fixed", text }];
}
