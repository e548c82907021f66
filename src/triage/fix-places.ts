import { isMap, isNode, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from "yaml";
import type { FieldStep, ObjectRef } from "./kube-object.ts";
import { parseAllDocuments } from "./kube-yaml.ts";
import { readObjects } from "./kube-object.ts";
import type { JsonValue } from "../messages/conversation.ts";

/** What has to be written where, in characters of a file. */
export interface Writing {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Where a field of an object stands in its file, or where it would have to be written. */
interface FieldPlace {
  readonly path: string;
  readonly text: string;
  /** What the way leads to; its deepest part where the way goes on. */
  readonly node: unknown;
  /** Steps that the file does not have. */
  readonly missing: readonly FieldStep[];
}

/** The way to a field in the manifest of an object; `undefined` where no file has the object. */
function findField(
  files: ReadonlyMap<string, string>,
  object: ObjectRef,
  namespace: string,
  field: readonly FieldStep[],
): FieldPlace | undefined {
  for (const [path, text] of files)
    for (const document of parseAllDocuments(text)) {
      if (document.errors.length > 0) continue;
      const [found] = readObjects(jsonOf(document));
      if (found?.kind !== object.kind || found.name !== object.name || (found.namespace ?? namespace) !== (object.namespace ?? namespace))
        continue;
      let node: unknown = document.contents;
      for (const [at, step] of field.entries()) {
        const next = stepInto(node, step);
        if (next === undefined) return { path, text, node, missing: field.slice(at) };
        node = next;
      }
      return { path, text, node, missing: [] };
    }
  return undefined;
}

function stepInto(node: unknown, step: FieldStep): unknown {
  if (isMap(node) && typeof step === "string") {
    const pair = node.items.find((one) => isScalar(one.key) && String(one.key.value) === step) as Pair | undefined;
    return isEmpty(pair?.value) ? undefined : pair?.value;
  }
  if (!isSeq(node)) return undefined;
  if (typeof step === "number") return node.items[step];
  return typeof step === "string" ? undefined : node.items.find((one) => isMap(one) && one.get("name") === step.name);
}

/** Where the deepest part of the way to a field stands, in characters: the object itself where its file has nothing of the way. */
export function locateBlock(
  files: ReadonlyMap<string, string>,
  object: ObjectRef,
  namespace: string,
  field: readonly FieldStep[],
): { readonly path: string; readonly start: number; readonly end: number } | undefined {
  const place = findField(files, object, namespace, field);
  const [start, end] = isNode(place?.node) ? spanOf(place.node) : [];
  if (place === undefined || start === undefined || end === undefined) return undefined;
  return { path: place.path, start, end };
}

function isEmpty(node: unknown): boolean {
  return node === undefined || node === null || (isScalar(node) && node.value === null);
}

/** One more member at the end of a list, as its members are written (`yaml`: as it stands, and not as a text); `undefined` where the field is no list in the file, or has the member. */
export function appendMember(
  files: ReadonlyMap<string, string>,
  object: ObjectRef,
  namespace: string,
  field: readonly FieldStep[],
  member: string,
  yaml = false,
): Writing | undefined {
  const written = yaml ? member : scalar(member);
  const place = findField(files, object, namespace, field);
  if (place === undefined || place.missing.length > 0 || !isSeq(place.node)) return undefined;
  const list = place.node as YAMLSeq<Node>;
  const last = list.items.at(-1);
  const end = last?.range?.[1];
  if (end === undefined || list.items.some((item) => isScalar(item) && item.value === member)) return undefined;
  if (list.flow === true) return { path: place.path, start: end, end, text: `, ${written}` };
  const first = list.items[0]?.range?.[0] ?? end;
  const indent = /^\s*/.exec(lineAround(place.text, first))?.[0] ?? "";
  // A member of several lines ends behind its last line.
  const at = endOfLine(place.text, place.text.slice(0, end).trimEnd().length);
  return { path: place.path, start: at, end: at, text: `${lineEnd(place.text)}${indent}- ${written}` };
}

/** A field that the file does not have, in the mapping that should hold it; `undefined` where that is not there, or the field is. */
export function insertField(
  files: ReadonlyMap<string, string>,
  object: ObjectRef,
  namespace: string,
  field: readonly FieldStep[],
  value: string,
  yaml = false,
): Writing | undefined {
  const place = findField(files, object, namespace, field);
  const keys = (place?.missing ?? []).filter((step): step is string => typeof step === "string");
  if (place === undefined || keys.length === 0 || keys.length < place.missing.length || !isMap(place.node)) return undefined;
  const map = place.node as YAMLMap<Node, Node>;
  const written = yaml ? value : textual(field) ? quoted(value) : scalar(value);
  if (map.flow === true) {
    const end = map.items.at(-1)?.value?.range?.[1];
    const nested = keys.toReversed().reduce((inner, key, depth) => `${key}: ${depth === 0 ? inner : `{ ${inner} }`}`, written);
    return end === undefined ? undefined : { path: place.path, start: end, end, text: `, ${nested}` };
  }
  const first = map.items[0]?.key.range?.[0];
  if (first === undefined) return undefined;
  const column = first - (place.text.lastIndexOf("\n", first - 1) + 1);
  const lines = keys.map((key, depth) => `${" ".repeat(column + 2 * depth)}${key}:${depth === keys.length - 1 ? ` ${written}` : ""}`);
  // Behind a value of one line, so that what stands in several stays together.
  const short = map.items.find(({ value: held }) => isScalar(held) && !place.text.slice(...spanOf(held)).includes("\n"));
  if (short !== undefined) {
    const at = endOfLine(place.text, short.value?.range?.[1] ?? first);
    return { path: place.path, start: at, end: at, text: lines.map((line) => lineEnd(place.text) + line).join("") };
  }
  // In front of the first key, where that begins its line.
  const start = first - column;
  if (place.text.slice(start, first).trim() !== "") return undefined;
  return { path: place.path, start, end: start, text: lines.map((line) => line + lineEnd(place.text)).join("") };
}

/** Values that are texts whatever they look like. */
function textual(field: readonly FieldStep[]): boolean {
  return field.some((step) => step === "data" || step === "labels" || step === "annotations" || step === "matchLabels" || step === "env");
}

function quoted(value: string): string {
  return /^(?:-?[\d.]+|true|false|null|yes|no|on|off|~|)$/i.test(value) ? JSON.stringify(value) : scalar(value);
}

function scalar(value: string): string {
  return /^[\w./-][^\s:#'"{}[\],&*?|<>=!%@`]*(?::[^\s'"#{}[\],]+)*$/.test(value) ? value : JSON.stringify(value);
}

function spanOf(node: Node): [number, number] {
  const [start = 0, end = 0] = node.range ?? [];
  return [start, end];
}

/** Where the line ends that a place is in: before what ends it. */
function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  if (end < 0) return text.length;
  return text[end - 1] === "\r" && end > at ? end - 1 : end;
}

/** What ends the lines of a text. */
function lineEnd(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

function lineAround(text: string, at: number): string {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  return text.slice(start, endOfLine(text, at));
}

function jsonOf(document: ReturnType<typeof parseAllDocuments>[number]): JsonValue | undefined {
  try {
    return document.toJS({ maxAliasCount: 100 }) as JsonValue;
  } catch {
    return undefined;
  }
}
