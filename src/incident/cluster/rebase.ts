import { isMembers, type RecordedObject } from "./recorded-object.ts";

const instant = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;
const instantInText = /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2}\b)/g;

/** Milliseconds since the epoch of an RFC3339 instant, or undefined where the text is not one. */
export function parseInstant(text: string): number | undefined {
  if (!instant.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

/**
 * How far a recording is moved so that it ended just now: whole seconds, so that fractions (`eventTime` has microseconds) stay as
 * they were recorded.
 */
export function rebaseOffset(recordedAt: number, now: number): number {
  return Math.floor((now - recordedAt) / 1_000) * 1_000;
}

/** An RFC3339 instant moved by `offset` milliseconds (whole seconds), its fraction and zone as they were; any other text unchanged. */
export function rebaseInstant(text: string, offset: number): string {
  const parts = instant.exec(text);
  if (parts === null) return text;
  const [, clock = "", fraction = "", zone = ""] = parts;
  // The wall clock moves by the offset whatever its zone is, so it can be moved as if it were UTC.
  const moved = Date.parse(`${clock}Z`) + offset;
  if (Number.isNaN(moved) || Math.abs(moved) > 8.64e15) return text;
  return `${new Date(moved).toISOString().slice(0, 19)}${fraction}${zone}`;
}

/** An object with every timestamp in it moved. What a user wrote (data, commands, values of variables) is not the cluster's and stays. */
export function rebaseObject(object: RecordedObject, offset: number): RecordedObject {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [key, userData.has(key) ? value : rebaseValue(value, offset)]),
  ) as RecordedObject;
}

const userData = new Set(["data", "binaryData", "stringData"]);
const userText = new Set(["command", "args", "value", "message", "note"]);

function rebaseValue(value: unknown, offset: number): unknown {
  if (typeof value === "string") return rebaseInstant(value, offset);
  if (Array.isArray(value)) return value.map((item) => rebaseValue(item, offset));
  if (!isMembers(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, userText.has(key) ? item : rebaseValue(item, offset)]));
}

/** How near to its line's own time an instant in a log line has to be to count as the moment of writing. */
const sameMomentMs = 60_000;

/**
 * The text of a log line with the program's own time stamps moved along: an RFC3339 instant within a minute of the line's time is
 * the moment of writing (`{"ts":"…"}`) and would otherwise contradict every other time in the cluster. Other dates are data and stay.
 */
export function rebaseLogText(text: string, writtenAt: number, offset: number): string {
  return text.replaceAll(instantInText, (found) => {
    const at = parseInstant(found);
    return at !== undefined && Math.abs(at - writtenAt) <= sameMomentMs ? rebaseInstant(found, offset) : found;
  });
}
