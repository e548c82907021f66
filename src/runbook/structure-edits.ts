import type { Form, Piece } from "../messages/answer.ts";
import { editForm, uniqueText } from "./edits.ts";
import { type NewKey, newItemKeys, newKeys } from "./known-values.ts";

export interface StructureAsked {
  readonly id: string;
  readonly path: string;
  readonly text: string;
  /** Lines that may be changed, from 0. */
  readonly at: readonly number[];
}

/** A removal takes at most so many lines: a key with what it holds. */
const longestBlock = 8;

/**
 * Edits that add or take away a whole line near one that a finding points at: a key that the schema knows under one of its parents, one more member of its list,
 * the line itself with what it holds.
 */
export function structureForms({ id, path, text, at }: StructureAsked): readonly Form[] {
  const lines = text.split("\n");
  const parents = [...new Set(at.flatMap((line) => [line, ...ancestorsOf(lines, line)]))];
  const added = parents.flatMap((line) => [...keysUnder(lines, line), ...memberOf(lines, line)]);
  const removed = at.flatMap((line) => withoutLine(lines, line));
  const forms = [...added, ...removed].map(({ old, pieces }) => editForm(id, path, old, pieces));
  const seen = new Set<string>();
  return forms.filter((form) => {
    const key = JSON.stringify(form.arguments);
    return !seen.has(key) && seen.add(key).size > 0;
  });
}

interface Edit {
  readonly old: string;
  readonly pieces: readonly Piece[];
}

/** New keys behind a line that opens a mapping, or in the item that it begins. */
function keysUnder(lines: readonly string[], index: number): readonly Edit[] {
  const line = lines[index] ?? "";
  const opened = /^\s*(?:- )*([\w./-]+):\s*(?:#.*)?$/.exec(line)?.[1];
  if (opened !== undefined && Object.hasOwn(newKeys, opened)) {
    const children = childrenOf(lines, index);
    const indent = children[0] === undefined ? undefined : indentOf(lines[children[0]] ?? "");
    if (indent === undefined || /^\s*- /.test(lines[children[0] ?? 0] ?? "")) return [];
    return insertions(lines, index, indent, newKeys[opened] ?? [], children);
  }
  const list = /^\s*- [\w./-]+:/.test(line) ? listOf(lines, index) : undefined;
  if (list === undefined || !Object.hasOwn(newItemKeys, list)) return [];
  const indent = indentOf(line) + 2;
  const own = [index, ...childrenOf(lines, index)];
  // Only behind a value of one line.
  return /:\s+\S/.test(line) ? insertions(lines, index, indent, newItemKeys[list] ?? [], own) : [];
}

function insertions(
  lines: readonly string[],
  index: number,
  indent: number,
  keys: readonly NewKey[],
  children: readonly number[],
): readonly Edit[] {
  const old = uniqueText(lines, index);
  const there = new Set(children.map((child) => /^\s*(?:- )?([\w./-]+):/.exec(lines[child] ?? "")?.[1]));
  if (old === undefined) return [];
  return keys
    .filter(({ key }) => !there.has(key))
    .map((one) => ({ old, pieces: [{ kind: "fixed", text: `${old}\n${" ".repeat(indent)}${one.key}: ` }, slotOf(one)] }));
}

function slotOf(key: NewKey): Piece {
  if ("of" in key) return { kind: "choice", of: key.of };
  if ("digits" in key) return { kind: "text", slot: { min: 1, max: key.digits, characters: "0-9" } };
  return { kind: "text", slot: { min: 1, max: key.max, characters: key.characters } };
}

/** One more member behind a member of one line. */
function memberOf(lines: readonly string[], index: number): readonly Edit[] {
  const line = lines[index] ?? "";
  const old = uniqueText(lines, index);
  const mark = /^\s*- (["']?)[^\s"'{}[\]#:][^"'#:]*\1$/.exec(line);
  if (mark === null || old === undefined) return [];
  const pieces: readonly Piece[] = [
    { kind: "fixed", text: `${old}\n${" ".repeat(indentOf(line))}- ${mark[1] ?? ""}` },
    { kind: "text", slot: { min: 1, max: 80, characters: "A-Za-z0-9._:/@+=,-" } },
    ...(mark[1] === "" || mark[1] === undefined ? [] : [{ kind: "fixed" as const, text: mark[1] }]),
  ];
  return [{ old, pieces }];
}

/** The line goes, with what stands below it; not where it is all that its parent holds. */
function withoutLine(lines: readonly string[], index: number): readonly Edit[] {
  const line = lines[index] ?? "";
  const block = childrenOf(lines, index, true);
  const last = block.at(-1) ?? index;
  const above = lines[index - 1];
  const alone = above === undefined || indentOf(above) < indentOf(line) || /^\s*- /.test(line) !== /^\s*- /.test(above);
  if (line.trim() === "" || above === undefined || alone || last - index >= longestBlock) return [];
  const old = [above, ...lines.slice(index, last + 1)].join("\n").trimStart();
  const whole = lines.join("\n");
  if (whole.split(old).length !== 2) return [];
  return [{ old, pieces: [{ kind: "fixed", text: above.trimStart() }] }];
}

/** Lines that open what a line stands in, innermost first. */
function ancestorsOf(lines: readonly string[], index: number): readonly number[] {
  const found: number[] = [];
  let indent = keyColumn(lines[index] ?? "");
  for (let at = index - 1; at >= 0 && indent > 0; at--) {
    const line = lines[at] ?? "";
    if (line.trim() === "" || line.trim().startsWith("#")) continue;
    if (line.startsWith("---")) break;
    const column = keyColumn(line);
    // A list may stand at the column of its key.
    const opens = indentOf(line) < indent && (column < indent || /^\s*- /.test(line));
    if (!opens) continue;
    found.push(at);
    indent = indentOf(line);
  }
  return found;
}

/** The lines that stand directly below a line, or all of them. */
function childrenOf(lines: readonly string[], index: number, all = false): readonly number[] {
  const indent = keyColumn(lines[index] ?? "");
  const found: number[] = [];
  let column: number | undefined;
  for (let at = index + 1; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (line.trim() === "" || line.trim().startsWith("#")) continue;
    const item = /^\s*- [\w./-]+:/.test(lines[index] ?? "");
    if (line.startsWith("---") || (item ? indentOf(line) < indent : indentOf(line) <= indentOf(lines[index] ?? ""))) break;
    column ??= indentOf(line);
    if (all || indentOf(line) === column) found.push(at);
  }
  return found;
}

/** The key of the list that an item belongs to. */
function listOf(lines: readonly string[], index: number): string | undefined {
  const indent = indentOf(lines[index] ?? "");
  for (let at = index - 1; at >= 0; at--) {
    const line = lines[at] ?? "";
    if (line.trim() === "" || indentOf(line) > indent || (indentOf(line) === indent && /^\s*- /.test(line))) continue;
    return /^\s*(?:- )?([\w./-]+):\s*$/.exec(line)?.[1];
  }
  return undefined;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** The column at which a line's key stands, behind the dashes of a list. */
function keyColumn(line: string): number {
  return /^\s*(?:- )*/.exec(line)?.[0].length ?? 0;
}
