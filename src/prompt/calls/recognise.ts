import type { Call, JsonObject, JsonValue, Tool } from "../../messages/conversation.ts";
import { findFault } from "../arguments.ts";
import { isObject } from "../tool-schema.ts";
import { fitArguments, knownName, propertiesOf, soleArgument } from "./fit-arguments.ts";
import { readLenientJson } from "./lenient-json.ts";
import { findShell, findTool } from "./tool-name.ts";

/** What a value that a model wrote is, among the tools that it was offered. */
export type Recognised =
  | { readonly kind: "call"; readonly call: Call; readonly more: number }
  /** A call that cannot be made; `fault` is a sentence about it that begins "The model". */
  | { readonly kind: "fault"; readonly fault: string }
  /** The tools themselves, said again. */
  | { readonly kind: "definition" }
  | { readonly kind: "nothing" };

const nothing: Recognised = { kind: "nothing" };
const nameMembers = ["name", "tool", "tool_name", "function", "function_name", "action", "type"] as const;
const argumentMembers = ["arguments", "parameters", "args", "input", "params", "tool_input", "action_input", "kwargs"] as const;
const wrappers = ["tool_calls", "tool_call", "function_call", "function_calls", "calls", "call"] as const;
/** Names with which a call's object may begin, beside those of the tools and their arguments. */
export const callMembers: ReadonlySet<string> = new Set([...nameMembers, ...argumentMembers, ...wrappers, "id", "thought"]);
/** Members that may stand beside a call and say nothing. */
const besides: ReadonlySet<string> = new Set(["id", "type", "description", "thought", "index", "call_id"]);

/**
 * Finds the call in a value. Only what names an offered tool counts, or what has the shape of exactly one; anything else is something that
 * the model shows. `demanded`: the value stands where only a call can stand, so a name that is not offered is a fault.
 */
export function recognise(value: JsonValue, tools: readonly Tool[], demanded: boolean): Recognised {
  if (Array.isArray(value)) return first(value as readonly JsonValue[], tools, demanded);
  if (!isObject(value)) return nothing;
  for (const wrapper of wrappers) {
    const inner = value[wrapper];
    if (Array.isArray(inner) || isObject(inner)) return recognise(inner, tools, demanded);
  }
  const named = readNamed(value, tools);
  if (isDefinition(value)) {
    // A definition with arguments beside it is a call after all.
    const given = isObject(value["function"]) ? value["arguments"] : undefined;
    return named === undefined || !isObject(given)
      ? { kind: "definition" }
      : recognise({ name: named.name, arguments: given }, tools, demanded);
  }
  if (named === undefined) return demanded ? commandLine(value, tools) : byShape(value, tools);
  const tool = findTool(named.name, tools);
  if (tool === undefined) return foreign(named, tools, demanded);
  const input = readArguments(named.given ?? rest(value, tool), tool);
  if (input === undefined) {
    if (named.given === undefined && !demanded) return nothing;
    return { kind: "fault", fault: `The model called ${tool.name} with arguments that are not an object.` };
  }
  return makeCall(tool, input);
}

/** A call whose name and arguments are known already. */
export function makeCall(tool: Tool, given: JsonObject): Recognised {
  const asGiven = findFault(tool, given) === undefined ? given : undefined;
  const input = asGiven ?? fitArguments(given, tool);
  const fault = asGiven === undefined ? findFault(tool, input) : undefined;
  if (fault === undefined) return { kind: "call", call: { id: "", name: tool.name, input }, more: 0 };
  const missing = /must have required property '(.+)'/.exec(fault)?.[1];
  return {
    kind: "fault",
    fault:
      missing === undefined
        ? `The model called ${tool.name} with arguments that do not fit its schema: ${fault}.`
        : `The model's call of ${tool.name} lacks ${missing}.`,
  };
}

/** The first call of a list counts; how many more there are is said. */
function first(values: readonly JsonValue[], tools: readonly Tool[], demanded: boolean): Recognised {
  const found = values.map((value) => recognise(value, tools, demanded));
  const at = found.findIndex(({ kind }) => kind === "call" || kind === "fault");
  const chosen = found[at];
  if (chosen === undefined) return found.find(({ kind }) => kind === "definition") ?? nothing;
  return chosen.kind === "call" ? { ...chosen, more: found.slice(at + 1).filter(({ kind }) => kind === "call").length } : chosen;
}

interface Named {
  readonly name: string;
  /** Absent where the arguments stand beside the name. */
  readonly given: JsonValue | undefined;
}

function readNamed(value: JsonObject, tools: readonly Tool[]): Named | undefined {
  const inner = value["function"];
  if (isObject(inner)) return readNamed(inner, tools);
  const given = argumentMembers.map((name) => value[name]).find((member) => member !== undefined);
  for (const member of nameMembers) {
    const name = value[member];
    if (typeof name !== "string") continue;
    if (findTool(name, tools) !== undefined || (given !== undefined && member !== "type")) return { name, given };
  }
  // {"Bash": {"command": "ls"}}
  const [[name, only] = ["", null], ...others] = Object.entries(value);
  const tool = tools.find((each) => each.name.toLowerCase() === name.toLowerCase());
  return tool !== undefined && others.length === 0 ? { name, given: only } : undefined;
}

/** `{"name": …, "parameters": {"type": "object", "properties": …}}` says what a tool is; it calls none. */
function isDefinition(value: JsonObject): boolean {
  const inner = isObject(value["function"]) ? value["function"] : value;
  return argumentMembers.some((name) => {
    const schema = inner[name];
    return isObject(schema) && (isObject(schema["properties"]) || schema["type"] === "object");
  });
}

/** What stands beside the name, where all of it are arguments. */
function rest(value: JsonObject, tool: Tool): JsonValue | undefined {
  const members = Object.entries(value).filter(([name]) => !(nameMembers as readonly string[]).includes(name) && !besides.has(name));
  const known = Object.keys(propertiesOf(tool) ?? {});
  if (members.length === 0 || members.some(([name]) => knownName(name, known, {}) === undefined)) return undefined;
  return Object.fromEntries(members);
}

function readArguments(given: JsonValue | undefined, tool: Tool): JsonObject | undefined {
  if (isObject(given)) return given;
  if (Array.isArray(given) && given.length === 1 && isObject(given[0] as JsonValue)) return given[0] as JsonObject;
  if (typeof given !== "string") return undefined;
  const inner = readLenientJson(given)?.value;
  if (isObject(inner)) return inner;
  const sole = soleArgument(tool);
  return sole === undefined ? undefined : { [sole]: given };
}

/**
 * A name that is not offered. A program's name with a command line is a call of the shell (`{"name": "kubectl", "arguments": {"command": "get pods"}}`),
 * and where a title of several words stands in the name's place the arguments say whose they are: there is one thing only that these can mean.
 */
function foreign({ name, given }: Named, tools: readonly Tool[], demanded: boolean): Recognised {
  if (isObject(given)) {
    const shell = findShell(tools);
    const program = name.toLowerCase();
    const command = Object.keys(given).length === 1 || programs.has(program) ? given["command"] : undefined;
    if (shell !== undefined && typeof command === "string" && /^[a-z][a-z0-9_.-]{0,20}$/.test(program)) {
      const complete = command.trim().split(/\s+/).includes(program) || !programs.has(program);
      return makeCall(shell, { command: complete ? command : `${program} ${command}` });
    }
    const shaped = name.trim().split(/\s+/).length > 2 ? byShape(given, tools) : nothing;
    if (shaped.kind === "call") return shaped;
  }
  if (!demanded) return nothing;
  return { kind: "fault", fault: `The model called ${JSON.stringify(name.slice(0, 60))}, which is not one of the tools offered.` };
}

/** `{"name": "kubectl get pods"}`, where only a call can stand: a command line in the name's place. */
function commandLine(value: JsonObject, tools: readonly Tool[]): Recognised {
  const [[member, line] = ["", null], ...others] = Object.entries(value);
  const shell = findShell(tools);
  const isLine = member === "name" && others.length === 0 && typeof line === "string" && programs.has(line.split(/\s/)[0] ?? "");
  return shell !== undefined && isLine && line.includes(" ") ? makeCall(shell, { command: line }) : byShape(value, tools);
}

/** Programs whose arguments alone make no command. */
const programs: ReadonlySet<string> = new Set([
  "kubectl",
  "git",
  "gh",
  "helm",
  "docker",
  "npm",
  "cargo",
  "pip",
  "make",
  "sed",
  "awk",
  "grep",
  "find",
  "ls",
  "cat",
]);

/** Arguments alone: taken where all that a tool demands is there, nothing else, and no other tool would take them. */
function byShape(value: JsonObject, tools: readonly Tool[]): Recognised {
  const names = Object.keys(value);
  if (names.length === 0) return nothing;
  const fitting = tools.filter((tool) => {
    const known = Object.keys(propertiesOf(tool) ?? {});
    return names.every((name) => known.includes(name)) && findFault(tool, value) === undefined;
  });
  const [tool] = fitting;
  return tool !== undefined && fitting.length === 1 ? makeCall(tool, value) : nothing;
}
