import type { JsonObject, JsonValue } from "../src/messages/conversation.ts";

/** Random numbers with a seed (mulberry32): a failure can be repeated. */
export interface Dice {
  /** 0 or more, less than `sides`. */
  roll(sides: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
}

export function dice(seed: number): Dice {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    roll: (sides) => Math.floor(next() * sides),
    chance: (probability) => next() < probability,
    pick: (list) => list[Math.floor(next() * list.length)]!,
  };
}

/** Everything that a name or a value may be made awkward with. */
export const awkward = [
  "plain",
  "two words",
  'a "quote"',
  "back\\slash",
  "line\nfeed",
  "tab\t",
  "é–—ü",
  "🙂",
  "{}[],:",
  "",
  "</tool_call>",
  "\u2028\u0001",
];

/** A tool's input schema: everything the compiler knows, small and bounded, so that a hot model comes to an end. */
export function randomSchema(random: Dice): JsonObject {
  const definitions: Record<string, JsonValue> = {};
  const draft7 = random.chance(0.3);
  const schema = objectSchema(random, 2, definitions);
  if (draft7) return inDraft7({ ...schema, ...(Object.keys(definitions).length > 0 ? { $defs: definitions } : {}) });
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    ...schema,
    ...(Object.keys(definitions).length > 0 ? { $defs: definitions } : {}),
  };
}

/** The older draft, in which a tuple is written in another way. */
function inDraft7(schema: JsonObject): JsonObject {
  const text = JSON.stringify(schema, (_key, value: unknown) => {
    if (typeof value !== "object" || value === null || !("prefixItems" in value)) return value;
    const { prefixItems, ...rest } = value;
    return { ...rest, items: prefixItems, additionalItems: false };
  });
  return { $schema: "http://json-schema.org/draft-07/schema#", ...(JSON.parse(text) as JsonObject) };
}

function objectSchema(random: Dice, depth: number, definitions: Record<string, JsonValue>): JsonObject {
  const names = new Set(Array.from({ length: 1 + random.roll(4) }, () => random.pick(["a", "b", "count", "file_path", ...awkward])));
  const properties = Object.fromEntries(
    Array.from(names, (name): [string, JsonValue] => [name, anySchema(random, depth - 1, definitions)]),
  );
  const required = [...names].filter(() => random.chance(0.6));
  return {
    type: "object",
    properties,
    ...(random.chance(0.8) ? { required } : {}),
    ...(random.chance(0.5) ? { additionalProperties: false } : {}),
  };
}

function anySchema(random: Dice, depth: number, definitions: Record<string, JsonValue>): JsonObject {
  const leaf = [stringSchema, integerSchema, numberSchema, enumSchema, constSchema, simpleSchema, typesSchema];
  if (depth <= 0) return random.pick(leaf)(random);
  const inner = (): JsonObject => anySchema(random, depth - 1, definitions);
  const branch: (() => JsonObject)[] = [
    () => objectSchema(random, depth, definitions),
    () => arraySchema(random, inner),
    () => ({ type: "array", prefixItems: [inner(), inner()], items: false, minItems: 2 }),
    () => ({ anyOf: [inner(), inner(), { type: "null" }] }),
    () => ({ oneOf: [{ type: "string", maxLength: 6 }, integerSchema(random), objectSchema(random, depth, definitions)] }),
    () => taggedUnion(random, inner),
    () => allOf(random, inner),
    () => reference(random, inner, definitions),
    () => recursion(random, definitions),
  ];
  return random.chance(0.45) ? random.pick(branch)() : random.pick(leaf)(random);
}

function stringSchema(random: Dice): JsonObject {
  const minLength = random.roll(4);
  return { type: "string", ...(random.chance(0.7) ? { minLength } : {}), maxLength: minLength + random.roll(10) };
}

function integerSchema(random: Dice): JsonObject {
  const [low, span] = [random.roll(3000) - 1500, random.roll(2500)];
  const kinds: JsonObject[] = [{ minimum: low, maximum: low + span }, { minimum: low }, { maximum: low }, {}];
  const exclusive: JsonObject = { exclusiveMinimum: low, exclusiveMaximum: low + span + 2 };
  return { type: "integer", ...random.pick([...kinds, exclusive, { minimum: 0, maximum: 100, multipleOf: 1 + random.roll(9) }]) };
}

function numberSchema(random: Dice): JsonObject {
  const low = (random.roll(4000) - 2000) / 8;
  const bounds: JsonObject[] = [{ minimum: low, maximum: low + random.roll(80) / 8 }, { minimum: low }, { exclusiveMaximum: low }, {}];
  return { type: "number", ...random.pick(bounds) };
}

function enumSchema(random: Dice): JsonObject {
  const values: JsonValue[] = [
    ...new Set([random.pick(awkward), random.pick(awkward)]),
    "one",
    "once",
    1,
    1.5,
    null,
    true,
    [1, "a"],
    { k: "v" },
  ];
  const some = values.filter(() => random.chance(0.5));
  return { enum: some.length > 0 ? some : ["only"] };
}

function constSchema(random: Dice): JsonObject {
  return { const: random.pick<JsonValue>([random.pick(awkward), 0, -12.5, null, false, [], {}, { a: [1, { b: "c" }] }]) };
}

function simpleSchema(random: Dice): JsonObject {
  return { type: random.pick(["boolean", "null"]) };
}

function typesSchema(random: Dice): JsonObject {
  return {
    type: random.pick([
      ["string", "null"],
      ["integer", "boolean"],
      ["number", "string", "null"],
    ]),
    maxLength: 5,
  };
}

function arraySchema(random: Dice, inner: () => JsonObject): JsonObject {
  const minItems = random.roll(3);
  return { type: "array", items: inner(), ...(random.chance(0.6) ? { minItems } : {}), maxItems: minItems + random.roll(3) };
}

/** Branches that a constant tells apart: exactly one fits. */
function taggedUnion(random: Dice, inner: () => JsonObject): JsonObject {
  const branch = (kind: string): JsonObject => ({ properties: { kind: { const: kind }, value: inner() }, required: ["kind"] });
  return { type: "object", oneOf: [branch("x"), branch("y")], ...(random.chance(0.5) ? { description: "one of two" } : {}) };
}

function allOf(random: Dice, inner: () => JsonObject): JsonObject {
  return {
    allOf: [
      { type: "object", properties: { left: inner(), both: { type: "integer", minimum: 3 } }, required: ["both"] },
      {
        type: "object",
        properties: { right: inner(), both: { type: "number", maximum: 9 } },
        required: random.chance(0.5) ? ["right"] : [],
      },
    ],
  };
}

function reference(random: Dice, inner: () => JsonObject, definitions: Record<string, JsonValue>): JsonObject {
  const name = `shared ${Object.keys(definitions).length}/~`;
  definitions[name] = {};
  definitions[name] = inner();
  const pointer = `#/$defs/${encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"))}`;
  return random.chance(0.3) ? { anyOf: [{ $ref: pointer }, { type: "null" }] } : { $ref: pointer };
}

function recursion(random: Dice, definitions: Record<string, JsonValue>): JsonObject {
  const name = `list${Object.keys(definitions).length}`;
  const next: JsonObject = random.chance(0.5) ? { anyOf: [{ type: "null" }, { $ref: `#/$defs/${name}` }] } : { $ref: `#/$defs/${name}` };
  definitions[name] = { type: "object", properties: { head: { type: "boolean" }, next }, required: ["head"] };
  return { $ref: `#/$defs/${name}` };
}
