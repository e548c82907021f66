import type { JsonObject, JsonValue } from "../../messages/conversation.ts";
import { isDraft7 } from "../arguments.ts";
import { spellJson } from "../spelling.ts";
import { constraintsOf, isSchemaObject, mergeSchemas } from "./merge.ts";
import { integerRule, numberRule, type Bounds } from "./numbers.ts";
import { arrayOf, objectOf, mapOf, type Member } from "./containers.ts";
import { anyJson, anyObject, jsonString } from "./json.ts";
import { literal, type Rules } from "./rules.ts";
import { oneOf } from "./trie.ts";

/** Parts of one schema that are compiled; the rest is widened. */
const mostParts = 1500;

/** What compiling one schema shares. */
interface Work {
  readonly rules: Rules;
  readonly hint: string;
  readonly root: JsonObject;
  readonly refs: Map<string, string>;
  readonly draft7: boolean;
  partsLeft: number;
}

/** References followed since the last character was written: coming back to one of them says nothing new. */
type Open = ReadonlySet<string>;
const none: Open = new Set();

/**
 * A JSON schema as a rule for the JSON texts that fit it, in the spelling of `spelling.ts`. Where the schema says more than a
 * grammar can (`pattern`, `not`, `uniqueItems`, …) the rule is wider, and the call is judged afterwards; where a grammar would not end
 * (a schema without bounds on what else an object may hold) it is narrower: only the named members are written.
 */
export function compileSchema(rules: Rules, hint: string, schema: JsonObject): string {
  const work: Work = { rules, hint, root: schema, refs: new Map(), draft7: isDraft7(schema), partsLeft: mostParts };
  // Arguments are always an object, whatever a careless schema leaves out.
  const typed = schema.type === undefined && schema.$ref === undefined ? { ...schema, type: "object" } : schema;
  return compile(work, typed, none) ?? anyObject(rules);
}

/** The rule for one schema; undefined where no value fits it. */
function compile(work: Work, schema: JsonValue | undefined, open: Open): string | undefined {
  if (schema === false) return undefined;
  if (!isSchemaObject(schema)) return anyJson(work.rules);
  if (--work.partsLeft < 0) return anyJson(work.rules);
  if (typeof schema.$ref === "string") return compileReference(work, schema, schema.$ref, open);
  if (Array.isArray(schema.allOf)) return compileAll(work, schema, schema.allOf, open);
  if ("const" in schema) return work.rules.share(work.hint, literal(spellJson(schema.const ?? null)));
  if (Array.isArray(schema.enum)) return compileEnum(work, schema, schema.enum);
  for (const key of ["oneOf", "anyOf"] as const) {
    const branches = schema[key];
    if (Array.isArray(branches)) return compileBranches(work, schema, key, branches, open);
  }
  return either(
    work,
    typesOf(schema).map((type) => compileType(work, schema, type)),
  );
}

function either(work: Work, alternatives: readonly (string | undefined)[]): string | undefined {
  const [first, ...more] = new Set(alternatives.filter((alternative) => alternative !== undefined));
  if (first === undefined || more.length === 0) return first;
  return work.rules.share(work.hint, [first, ...more].join(" | "));
}

/**
 * A rule's name is only written after a character: a reference that is met before one is written out in place, and one that leads
 * back to itself is dropped. So no rule begins with itself, which the engine would refuse.
 */
function compileReference(work: Work, schema: JsonObject, ref: string, open: Open): string | undefined {
  const beside = work.draft7 ? undefined : constraintsOf(schema, "$ref");
  const key = beside === undefined ? ref : `${ref} ${spellJson(beside)}`;
  if (open.has(key)) return undefined;
  const known = work.refs.get(key);
  if (known !== undefined && open.size === 0) return known;
  const target = followPointer(work.root, ref);
  if (target === undefined) return anyJson(work.rules);
  const both = beside === undefined ? target : (mergeSchemas(target, beside) ?? target);
  const inside = new Set([...open, key]);
  if (open.size > 0) return compile(work, both, inside);

  const name = work.rules.reserve(`${work.hint}-${ref.split("/").at(-1) ?? ""}`);
  work.refs.set(key, name);
  const body = compile(work, both, inside);
  work.rules.define(name, body ?? anyJson(work.rules));
  return body === undefined ? undefined : name;
}

/** The schema at a pointer within the document; anchors and other documents are not followed. */
function followPointer(root: JsonObject, ref: string): JsonValue | undefined {
  if (!/^#(?:\/|$)/.test(ref)) return undefined;
  let at: JsonValue | undefined = root;
  for (const part of ref.split("/").slice(1)) {
    const key = decodePointer(part);
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as JsonObject)[key];
  }
  return at;
}

function decodePointer(part: string): string {
  let decoded = part;
  try {
    decoded = decodeURIComponent(part);
  } catch {
    // Not encoded: taken as it stands.
  }
  return decoded.replaceAll("~1", "/").replaceAll("~0", "~");
}

function compileAll(work: Work, schema: JsonObject, all: readonly JsonValue[], open: Open): string | undefined {
  const beside = constraintsOf(schema, "allOf");
  let merged: JsonValue = beside ?? true;
  for (const part of all) {
    const resolved = isSchemaObject(part) && typeof part.$ref === "string" ? (followPointer(work.root, part.$ref) ?? true) : part;
    const next = mergeSchemas(merged, resolved);
    if (next === undefined) continue; // said by the rest as far as it goes; judged afterwards
    merged = next;
  }
  return compile(work, merged, open);
}

function compileEnum(work: Work, schema: JsonObject, values: readonly JsonValue[]): string | undefined {
  const types = schema.type === undefined ? undefined : typesOf(schema);
  const fitting = values.filter((value) => types === undefined || types.some((type) => isOfType(value, type)));
  return fitting.length === 0 ? undefined : oneOf(work.rules, work.hint, fitting.map(spellJson));
}

function compileBranches(work: Work, schema: JsonObject, key: string, branches: readonly JsonValue[], open: Open): string | undefined {
  const beside = constraintsOf(schema, key);
  const compiled = branches.map((branch) => {
    if (beside === undefined) return compile(work, branch, open);
    const resolved = isSchemaObject(branch) && typeof branch.$ref === "string" ? (followPointer(work.root, branch.$ref) ?? true) : branch;
    return compile(work, mergeSchemas(resolved, beside) ?? branch, open);
  });
  return either(work, compiled);
}

const everyType = ["object", "array", "string", "number", "boolean", "null"];

/** The types that a schema allows; what it leaves open is taken from the keywords that it uses. */
function typesOf(schema: JsonObject): string[] {
  if (typeof schema.type === "string") return [schema.type];
  if (Array.isArray(schema.type)) return schema.type.filter((type) => typeof type === "string");
  const uses = (...keys: string[]): boolean => keys.some((key) => key in schema);
  if (uses("properties", "required", "additionalProperties", "patternProperties", "minProperties")) return ["object"];
  if (uses("items", "prefixItems", "minItems", "maxItems")) return ["array"];
  if (uses("minLength", "maxLength", "pattern")) return ["string"];
  if (uses("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")) return ["number"];
  return everyType;
}

function isOfType(value: JsonValue, type: string): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return isSchemaObject(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function compileType(work: Work, schema: JsonObject, type: string): string | undefined {
  switch (type) {
    case "string":
      return jsonString(work.rules, numberAt(schema, "minLength") ?? 0, numberAt(schema, "maxLength") ?? Infinity);
    case "integer":
      return integerRule(work.rules, boundsOf(schema, 1), numberAt(schema, "multipleOf"));
    case "number": {
      const multipleOf = numberAt(schema, "multipleOf");
      if (multipleOf !== undefined && Number.isInteger(multipleOf)) return integerRule(work.rules, boundsOf(schema, 1), multipleOf);
      return numberRule(work.rules, boundsOf(schema, 1e-6));
    }
    case "boolean":
      return work.rules.share("boolean", '"true" | "false"');
    case "null":
      return work.rules.share("null", '"null"');
    case "array":
      return compileArray(work, schema);
    case "object":
      return compileObject(work, schema);
    default:
      return anyJson(work.rules);
  }
}

/** Exclusive bounds become inclusive ones, a step further in. */
function boundsOf(schema: JsonObject, step: number): Bounds {
  const above = numberAt(schema, "exclusiveMinimum") ?? -Infinity;
  const below = numberAt(schema, "exclusiveMaximum") ?? Infinity;
  const after = step === 1 ? Math.floor(above) + 1 : above + step;
  const before = step === 1 ? Math.ceil(below) - 1 : below - step;
  return { min: Math.max(numberAt(schema, "minimum") ?? -Infinity, after), max: Math.min(numberAt(schema, "maximum") ?? Infinity, before) };
}

function compileArray(work: Work, schema: JsonObject): string | undefined {
  const isTuple = work.draft7 && Array.isArray(schema.items);
  const tuple = work.draft7 ? schema.items : schema.prefixItems;
  const rest = isTuple ? schema.additionalItems : schema.items;
  return arrayOf(work.rules, work.hint, {
    first: Array.isArray(tuple) ? tuple.map((item) => compile(work, item, none)) : [],
    rest: compile(work, rest, none),
    min: numberAt(schema, "minItems") ?? 0,
    max: numberAt(schema, "maxItems") ?? Infinity,
  });
}

function compileObject(work: Work, schema: JsonObject): string | undefined {
  const properties = isSchemaObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required.filter((name) => typeof name === "string") : [];
  const names = [...new Set([...Object.keys(properties), ...required])];
  if (names.length === 0 && schema.additionalProperties !== false) {
    const key = isSchemaObject(schema.propertyNames) ? compile(work, { ...schema.propertyNames, type: "string" }, none) : undefined;
    const value = compile(work, schema.additionalProperties, none);
    return value === undefined ? literal("{}") : mapOf(work.rules, key, value, (numberAt(schema, "minProperties") ?? 0) > 0);
  }
  const members: Member[] = [];
  for (const name of names) {
    const value = compile(work, Object.hasOwn(properties, name) ? properties[name] : schema.additionalProperties, none);
    if (value !== undefined) members.push({ name, value, required: required.includes(name) });
    else if (required.includes(name)) return undefined;
  }
  return objectOf(work.rules, work.hint, members);
}

function numberAt(schema: JsonObject, key: string): number | undefined {
  const value = schema[key];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
