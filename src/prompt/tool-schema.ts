import type { JsonObject, JsonValue } from "../messages/conversation.ts";

/** Members that say nothing about the arguments. */
const dropped: ReadonlySet<string> = new Set(["$schema", "$id", "cache_control"]);
const first: readonly string[] = ["type", "description"];

/**
 * A JSON Schema with its members in one order, so that two clients that mean the same write the same bytes: `type` and `description` first,
 * the others by name; properties as `argumentOrder` has them.
 */
export function orderSchema(schema: JsonObject): JsonObject {
  const members: [string, JsonValue][] = [];
  for (const name of first) if (Object.hasOwn(schema, name)) members.push([name, orderMember(schema, name)]);
  for (const name of Object.keys(schema).sort())
    if (!dropped.has(name) && !first.includes(name)) members.push([name, orderMember(schema, name)]);
  return Object.fromEntries(members);
}

function orderMember(schema: JsonObject, name: string): JsonValue {
  const value = schema[name] ?? null;
  if (name === "properties" && isObject(value)) {
    return Object.fromEntries(argumentOrder(schema).map((property) => [property, orderValue(value[property] ?? null)]));
  }
  // What these hold is data, not schemas: their order is theirs.
  if (name === "enum" || name === "const" || name === "default" || name === "examples" || name === "required") return value;
  return orderValue(value);
}

function orderValue(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(orderValue);
  return isObject(value) ? orderSchema(value) : value;
}

/** The arguments of a tool in the order in which a model is to write them: the required ones as `required` lists them, the others by name. */
export function argumentOrder(schema: JsonObject): string[] {
  const properties = schema["properties"];
  if (!isObject(properties)) return [];
  const required = requiredArguments(schema).filter((name) => Object.hasOwn(properties, name));
  const others = Object.keys(properties).filter((name) => !required.includes(name));
  return [...required, ...others.sort()];
}

export function requiredArguments(schema: JsonObject): string[] {
  const required = schema["required"];
  return Array.isArray(required) ? required.filter((name): name is string => typeof name === "string") : [];
}

/**
 * A call's input as the model is likely to have written it. Clients send it back with the schema's defaults filled in and in an order
 * of their own (2.1.330 puts `replace_all: false` first): defaults go, and the order is `argumentOrder`'s. Members that the
 * schema does not know come last, as they are.
 */
export function orderInput(input: JsonObject, schema: JsonObject | undefined): JsonObject {
  if (schema === undefined) return input;
  const properties = schema["properties"];
  const required = requiredArguments(schema);
  const known = argumentOrder(schema).filter((name) => Object.hasOwn(input, name));
  const isDefault = (name: string): boolean => {
    const property = isObject(properties) ? properties[name] : undefined;
    return isObject(property) && "default" in property && JSON.stringify(property["default"]) === JSON.stringify(input[name]);
  };
  const kept = known.filter((name) => required.includes(name) || !isDefault(name));
  const unknown = Object.keys(input).filter((name) => !known.includes(name));
  return Object.fromEntries([...kept, ...unknown].map((name) => [name, input[name] ?? null]));
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
