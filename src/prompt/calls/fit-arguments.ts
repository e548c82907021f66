import type { JsonObject, JsonValue, Tool } from "../../messages/conversation.ts";
import { isObject, requiredArguments } from "../tool-schema.ts";

/** Other words for arguments that client tools have, where the tool itself does not know the word. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  command: ["cmd", "commandline", "script", "shell", "bash"],
  file_path: ["path", "file", "filename", "filepath", "absolutepath"],
  old_string: ["old", "oldtext", "oldstr", "oldvalue", "search", "find"],
  new_string: ["new", "newtext", "newstr", "newvalue", "replace", "replacement"],
  content: ["contents", "text", "filetext"],
  pattern: ["query", "regex"],
};

/**
 * Arguments as the tool's schema has them, where nothing has to be guessed: names in another spelling, numbers and truth values that were
 * written as text, members that the tool does not know left out. What is missing stays missing.
 */
export function fitArguments(input: JsonObject, tool: Tool): JsonObject {
  const properties = propertiesOf(tool);
  if (properties === undefined) return input;
  const closed = tool.inputSchema["additionalProperties"] === false;
  const fitted: [string, JsonValue][] = [];
  for (const [name, value] of Object.entries(input)) {
    const known = knownName(name, Object.keys(properties), input);
    if (known !== undefined) fitted.push([known, fitValue(value, properties[known])]);
    else if (!closed) fitted.push([name, value]);
  }
  // An optional argument that is null was not given, nor was a number below the least: line 0 is the beginning.
  const required = requiredArguments(tool.inputSchema);
  return Object.fromEntries(fitted.filter(([name, value]) => required.includes(name) || !saysNothing(value, properties[name])));
}

function saysNothing(value: JsonValue, schema: JsonValue | undefined): boolean {
  const least = isObject(schema) ? schema["minimum"] : undefined;
  return value === null || (typeof value === "number" && typeof least === "number" && value < least);
}

/** The argument of a tool that needs one only. */
export function soleArgument(tool: Tool): string | undefined {
  const required = requiredArguments(tool.inputSchema);
  return required.length === 1 ? required[0] : undefined;
}

export function propertiesOf(tool: Tool): JsonObject | undefined {
  const properties = tool.inputSchema["properties"];
  return isObject(properties) ? properties : undefined;
}

export function knownName(name: string, known: readonly string[], given: JsonObject): string | undefined {
  if (known.includes(name)) return name;
  const plain = squeeze(name);
  const meant = known.filter((each) => squeeze(each) === plain || otherNames[each]?.includes(plain) === true);
  const [only] = meant;
  return meant.length === 1 && only !== undefined && !Object.hasOwn(given, only) ? only : undefined;
}

function fitValue(value: JsonValue, schema: JsonValue | undefined): JsonValue {
  const type = isObject(schema) ? schema["type"] : undefined;
  if ((type === "integer" || type === "number") && typeof value === "string" && /^\s*-?\d+(?:\.\d+)?\s*$/.test(value)) return Number(value);
  if (type === "boolean" && typeof value === "string" && /^(?:true|false)$/i.test(value)) return value.toLowerCase() === "true";
  if (type === "string" && (typeof value === "number" || typeof value === "boolean")) return String(value);
  // A command as a list of its lines or words is joined nowhere: nobody knows which it is.
  if (type === "string" && Array.isArray(value) && value.length === 1 && typeof value[0] === "string") return value[0];
  return value;
}

function squeeze(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}
