import type { JsonObject, JsonValue } from "../../messages/conversation.ts";
import { spellJson } from "../spelling.ts";

/** Keywords that say nothing about what is valid. */
const annotations = new Set(
  "$schema $id $comment title description default examples deprecated readOnly writeOnly $defs definitions format".split(" "),
);

/** A schema without what says nothing about values; undefined where nothing is left. */
export function constraintsOf(schema: JsonObject, ...without: string[]): JsonObject | undefined {
  const kept = Object.entries(schema).filter(([key]) => !annotations.has(key) && !without.includes(key));
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

export function isSchemaObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * One schema for what fits both, as far as simple schemas go.
 *
 * @returns false where nothing fits both; undefined where it cannot be said as one schema
 */
export function mergeSchemas(a: JsonValue, b: JsonValue): JsonObject | boolean | undefined {
  if (a === false || b === false) return false;
  if (a === true) return isSchemaObject(b) ? b : true;
  if (b === true) return isSchemaObject(a) ? a : true;
  if (!isSchemaObject(a) || !isSchemaObject(b)) return undefined;
  const merged: Record<string, JsonValue> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const mine = merged[key];
    if (mine === undefined || annotations.has(key)) {
      merged[key] ??= value;
      continue;
    }
    const both = mergeKeyword(key, mine, value);
    if (both === undefined) return undefined;
    merged[key] = both;
  }
  if (Array.isArray(merged.type) && merged.type.length === 0) return false;
  if (Array.isArray(merged.enum) && merged.enum.length === 0) return false;
  return closeProperties(merged, a, b);
}

function mergeKeyword(key: string, a: JsonValue, b: JsonValue): JsonValue | undefined {
  if (spellJson(a) === spellJson(b)) return a;
  switch (key) {
    case "type":
      return commonTypes([a].flat() as string[], [b].flat() as string[]);
    case "required":
      return Array.isArray(a) && Array.isArray(b) ? [...new Set([...a, ...b])] : undefined;
    case "properties":
      return mergeProperties(a, b);
    case "enum":
      return Array.isArray(a) && Array.isArray(b)
        ? a.filter((value) => b.some((other) => spellJson(other) === spellJson(value)))
        : undefined;
    case "minimum":
    case "exclusiveMinimum":
    case "minLength":
    case "minItems":
    case "minProperties":
      return typeof a === "number" && typeof b === "number" ? Math.max(a, b) : undefined;
    case "maximum":
    case "exclusiveMaximum":
    case "maxLength":
    case "maxItems":
    case "maxProperties":
      return typeof a === "number" && typeof b === "number" ? Math.min(a, b) : undefined;
    case "items":
    case "additionalProperties":
      return mergeSchemas(a, b);
    default:
      return undefined;
  }
}

function commonTypes(a: readonly string[], b: readonly string[]): string[] {
  const fits = (type: string, types: readonly string[]): boolean =>
    types.includes(type) || (type === "integer" && types.includes("number"));
  return [...new Set([...a.filter((type) => fits(type, b)), ...b.filter((type) => fits(type, a))])];
}

function mergeProperties(a: JsonValue, b: JsonValue): JsonObject | undefined {
  if (!isSchemaObject(a) || !isSchemaObject(b)) return undefined;
  const merged: Record<string, JsonValue> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const mine = Object.hasOwn(a, key) ? a[key] : undefined;
    const both = mine === undefined ? value : mergeSchemas(mine, value);
    if (both === undefined) return undefined;
    merged[key] = both;
  }
  return merged;
}

/** A schema that allows only its own properties forbids the other's. */
function closeProperties(merged: Record<string, JsonValue>, a: JsonObject, b: JsonObject): JsonObject {
  if (!isSchemaObject(merged.properties)) return merged;
  const closed = [a, b].filter((schema) => schema.additionalProperties === false);
  const names = closed.map((schema) => (isSchemaObject(schema.properties) ? Object.keys(schema.properties) : []));
  const open = Object.entries(merged.properties).map(([key, value]) => [key, names.every((own) => own.includes(key)) ? value : false]);
  return closed.length === 0 ? merged : { ...merged, properties: Object.fromEntries(open) };
}
