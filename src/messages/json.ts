import { isUtf8 } from "node:buffer";
import { CloisterError } from "../error.ts";
import type { JsonObject } from "./conversation.ts";

/** Deeper than any request of a real client; past it a recursive reader would run out of stack. */
const deepest = 200;

/** JSON from outside: valid UTF-8, valid JSON, not nested without end. Throws `bad-request`. */
export function parseJson(body: string | Uint8Array): unknown {
  const text = typeof body === "string" ? body : decodeUtf8(body);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    // The parser's own message quotes the body, which may hold anything; the position is all that helps.
    const at = cause instanceof Error ? /position \d+/.exec(cause.message)?.[0] : undefined;
    throw badBody(`The request body is not valid JSON${at === undefined ? "" : ` (${at})`}.`, cause);
  }
  if (depthExceeds(value, deepest)) throw badBody(`The request body is nested more than ${deepest} levels deep.`);
  return value;
}

/** Two passes of the runtime's own, which are faster than one of a decoder that may fail. */
function decodeUtf8(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw badBody("The request body is not valid UTF-8.");
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

function badBody(message: string, cause?: unknown): CloisterError {
  return new CloisterError("bad-request", message, { field: "(body)", cause });
}

/** Level by level instead of by recursion: the input decides how deep it is. */
function depthExceeds(root: unknown, limit: number): boolean {
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value !== "object" || value === null) continue;
      for (const child of Object.values(value)) if (typeof child === "object" && child !== null) next.push(child);
    }
    level = next;
  }
  return false;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Are these the same JSON, their members in the same order? Of values that `parseJson` gave: it bounds how deep they are. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const [names, others] = [Object.keys(a), Object.keys(b)];
  if (names.length !== others.length) return false;
  for (let n = 0; n < names.length; n++) {
    const name = names[n] ?? "";
    if (name !== others[n] || !sameJson((a as JsonObject)[name], (b as JsonObject)[name])) return false;
  }
  return true;
}
