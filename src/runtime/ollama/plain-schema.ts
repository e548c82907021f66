import type { JsonObject, JsonValue } from "../../messages/conversation.ts";
import { argumentOrder, isObject } from "../../prompt/tool-schema.ts";

/** Schemas within one another, and all in all; what is beyond stands for any value. References that lead back to themselves end so, too. */
const deepest = 8;
const mostParts = 1000;
interface Work {
  readonly root: JsonObject;
  partsLeft: number;
}

const any: JsonObject = { type: ["object", "array", "string", "number", "boolean", "null"] };

/**
 * A tool's schema in the words that Ollama's converter understands (it refuses a schema for one that it does not): types, members, lists,
 * choices and bounds. What it cannot say (`pattern`, `not`, `format`, …) is left out, so the schema allows more and the call is judged afterwards.
 * References are written out. Members stand in the order in which the model is to write them.
 */
export function plainSchema(schema: JsonObject): JsonObject {
  const plain = simplify(schema, { root: schema, partsLeft: mostParts }, 0);
  // Arguments are always an object, whatever a careless schema leaves out.
  return plain["type"] === "object" ? plain : { type: "object" };
}

function simplify(schema: JsonValue | undefined, work: Work, depth: number): JsonObject {
  if (!isObject(schema) || depth > deepest || --work.partsLeft < 0) return any;
  if (typeof schema["$ref"] === "string") return simplify(follow(work.root, schema["$ref"]), work, depth + 1);
  if ("const" in schema) return { const: schema["const"] ?? null };
  if (Array.isArray(schema["enum"]) && schema["enum"].length > 0) return { enum: schema["enum"] as readonly JsonValue[] };
  for (const key of ["anyOf", "oneOf"]) {
    const branches = schema[key];
    // Branches beside members of the schema's own are left out: the members say more.
    if (Array.isArray(branches) && branches.length > 0 && !("properties" in schema))
      return { anyOf: (branches as readonly JsonValue[]).map((branch) => simplify(branch, work, depth + 1)) };
  }
  const { type } = schema;
  if (Array.isArray(type))
    return { anyOf: (type as readonly JsonValue[]).map((one) => simplify({ ...schema, type: one }, work, depth + 1)) };
  if (type === "object" || isObject(schema["properties"])) return simplifyObject(schema, work, depth);
  const tuple = Array.isArray(schema["prefixItems"]) ? schema["prefixItems"] : schema["items"];
  if (Array.isArray(tuple) && tuple.length > 0)
    return { type: "array", prefixItems: (tuple as readonly JsonValue[]).map((item) => simplify(item, work, depth + 1)) };
  if (type === "array") return { type, items: simplify(schema["items"], work, depth + 1), ...bounds(schema, "minItems", "maxItems") };
  if (type === "string") return { type, ...bounds(schema, "minLength", "maxLength") };
  if (type === "integer") return { type, ...bounds(schema, "minimum", "maximum") };
  if (type === "number" || type === "boolean" || type === "null") return { type };
  return any;
}

function simplifyObject(schema: JsonObject, work: Work, depth: number): JsonObject {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const names = argumentOrder(schema);
  if (names.length === 0) {
    if (schema["additionalProperties"] === false) return { type: "object", properties: {}, additionalProperties: false };
    return isObject(schema["additionalProperties"])
      ? { type: "object", additionalProperties: simplify(schema["additionalProperties"], work, depth + 1) }
      : { type: "object" };
  }
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  return {
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, simplify(properties[name], work, depth + 1)])),
    required: names.filter((name) => required.includes(name)),
    additionalProperties: false,
  };
}

/** Whole numbers within what the converter's repetitions can count. */
function bounds(schema: JsonObject, ...keys: readonly string[]): JsonObject {
  const most = keys[0] === "minimum" ? Number.MAX_SAFE_INTEGER : 2000;
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = schema[key];
      return typeof value === "number" && Number.isInteger(value) && Math.abs(value) <= most ? [[key, value]] : [];
    }),
  );
}

function follow(root: JsonObject, reference: string): JsonValue | undefined {
  if (!reference.startsWith("#/")) return undefined;
  let at: JsonValue | undefined = root;
  for (const part of reference.slice(2).split("/")) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return at;
}
