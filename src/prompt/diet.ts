import type { Conversation, JsonObject, Tool } from "../messages/conversation.ts";
import { argumentOrder, isObject, requiredArguments } from "./tool-schema.ts";

/**
 * What the model is offered of what the client sends. Clients describe their tools in 31 to 67 KB for a large model; a small one is
 * faster and better with a sentence each. `full` offers the client's tools as they are sent.
 */
export interface Diet {
  /** Tools in the order in which they are offered, or the client's own. A tool that the client does not have is not offered. */
  readonly tools: readonly Tool[] | "as-sent";
  /** Takes the place of the client's system prompt. */
  readonly system?: string | undefined;
}

export type DietProfile = "incident" | "code" | "full";

export const dietProfiles: readonly DietProfile[] = ["incident", "code", "full"];

export function dietOf(profile: DietProfile, system?: string): Diet {
  return { tools: profile === "full" ? "as-sent" : profile === "code" ? codeTools : incidentTools, system };
}

export function applyDiet(conversation: Conversation, diet: Diet): Conversation {
  const system = diet.system ?? conversation.system;
  if (diet.tools === "as-sent") return { ...conversation, system };
  const sent = new Map(conversation.tools.map((tool) => [tool.name, tool]));
  const tools = diet.tools.flatMap((ours) => {
    const theirs = sent.get(ours.name);
    return theirs === undefined ? [] : [fitTool(ours, theirs)];
  });
  return { ...conversation, system, tools };
}

/**
 * Our short form of a tool, held to what the client takes: arguments that this client does not know go, and a client that demands
 * an argument we do not name gets its own form back, since a call without it would be refused.
 */
function fitTool(ours: Tool, theirs: Tool): Tool {
  const known = argumentOrder(theirs.inputSchema);
  const properties = ours.inputSchema["properties"];
  const demanded = requiredArguments(theirs.inputSchema);
  if (!isObject(properties) || demanded.some((name) => !Object.hasOwn(properties, name))) return theirs;
  const kept = Object.keys(properties).filter((name) => known.includes(name));
  if (requiredArguments(ours.inputSchema).some((name) => !kept.includes(name))) return theirs;
  const required = kept.filter((name) => demanded.includes(name) || requiredArguments(ours.inputSchema).includes(name));
  return {
    ...ours,
    inputSchema: {
      type: "object",
      properties: Object.fromEntries(kept.map((name) => [name, properties[name] ?? null])),
      required,
      additionalProperties: false,
    },
  };
}

function describe(name: string, description: string, properties: JsonObject, required: readonly string[]): Tool {
  return { name, description, inputSchema: { type: "object", properties, required, additionalProperties: false } };
}

const text = { type: "string" };
const count = { type: "integer", minimum: 1 };
const path = { type: "string", description: "absolute path" };

const bash = describe("Bash", "Run a shell command and return its output.", { command: text }, ["command"]);
const read = describe("Read", "Read a file, with line numbers.", { file_path: path, offset: count, limit: count }, ["file_path"]);
const edit = describe(
  "Edit",
  "Replace old_string by new_string in a file. old_string must be in the file exactly once; read the file first.",
  { file_path: path, old_string: text, new_string: text, replace_all: { type: "boolean" } },
  ["file_path", "old_string", "new_string"],
);
const write = describe("Write", "Write a file whole; an old one must have been read first.", { file_path: path, content: text }, [
  "file_path",
  "content",
]);
const grep = describe("Grep", "Search file contents with a regular expression.", { pattern: text, path: text, glob: text }, ["pattern"]);
const glob = describe("Glob", "List files whose names match a pattern such as **/*.ts.", { pattern: text, path: text }, ["pattern"]);

const incidentTools: readonly Tool[] = [bash, read, edit];
const codeTools: readonly Tool[] = [bash, read, edit, write, grep, glob];
