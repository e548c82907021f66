import type { Conversation, JsonObject, Tool, Turn } from "../messages/conversation.ts";
import { findWorkingFolder, stripAgentTypes, stripEnvironment } from "./announcements.ts";
import { profiles } from "./profiles.ts";
import { agentOpening } from "./system-text.ts";
import { argumentOrder, isObject, requiredArguments } from "./tool-schema.ts";

/**
 * What the model is offered of what the client sends. Clients describe their tools in 31 to 67 KB for a large model; a small one is
 * faster and better with a sentence each. A tool that the client does not have is not offered.
 */
export interface Diet {
  /** `incident`, `code`, `full`, or as the user calls it. */
  readonly name: string;
  /** Takes the place of the client's system prompt; absent: the client's own stays. */
  readonly system?: string | undefined;
  /** Tools in our words, in the order in which they are offered. */
  readonly tools: readonly DietTool[];
  /** The client's other tools: left out, or offered as they are sent, all but those that are named. */
  readonly others: "left-out" | { readonly asSentBut: readonly string[] };
}

export interface DietTool {
  readonly name: string;
  /** Absent: the client's own. */
  readonly description?: string | undefined;
  /** The arguments that are kept, in their order. Absent: all of the client's, as they are sent. */
  readonly arguments?: readonly DietArgument[] | undefined;
}

export interface DietArgument {
  readonly name: string;
  readonly description?: string | undefined;
  /** Its JSON Schema. Absent: the client's, without its description. */
  readonly schema?: JsonObject | undefined;
}

export type DietProfile = keyof typeof profiles;

export const dietProfiles = Object.keys(profiles) as readonly DietProfile[];

/** One of our profiles; `system` takes the place of its own system text. */
export function dietOf(profile: DietProfile, system?: string): Diet {
  return system === undefined ? profiles[profile] : { ...profiles[profile], system };
}

/** Names of the client's tools that the diet offers at most, for the client's own list; undefined where that is all. */
export function dietToolNames(diet: Diet): readonly string[] | undefined {
  return diet.others === "left-out" ? diet.tools.map((tool) => tool.name) : undefined;
}

/**
 * The conversation as the model is to read it. What has no tools is a question aside, and stays as it was asked. A sub-agent reads the
 * same system text as the main conversation, and what it is for at the beginning of its task.
 */
export function applyDiet(conversation: Conversation, diet: Diet, kind: "main" | "sub-agent" | "side" = "main"): Conversation {
  if (conversation.tools.length === 0 || kind === "side") return conversation;
  const fed = { ...conversation, tools: chooseTools(conversation.tools, diet) };
  if (diet.system === undefined) return fed;
  const sent = [conversation.system, ...conversation.turns.map((turn) => (turn.role === "system" ? turn.text : ""))];
  const folder = sent.map(findWorkingFolder).find((found) => found !== undefined);
  const opening = [
    ...(folder === undefined ? [] : [`Working folder: ${folder}`]),
    ...(kind === "sub-agent" ? [agentPurpose(conversation.system)] : []),
  ];
  const offersAgents = fed.tools.some((tool) => tool.name === "Agent" || tool.name === "Task");
  const turns = fed.turns.map((turn) => (turn.role === "system" ? withoutClientWords(turn, offersAgents) : turn)).filter(saysSomething);
  return { ...fed, system: withAppended(diet.system, conversation.system), turns: withOpening(turns, opening) };
}

function chooseTools(sent: readonly Tool[], { tools, others }: Diet): Tool[] {
  const byName = new Map(sent.map((tool) => [tool.name, tool]));
  if (others === "left-out") {
    return tools.flatMap((ours) => {
      const theirs = byName.get(ours.name);
      return theirs === undefined ? [] : [fitTool(ours, theirs)];
    });
  }
  const inOurWords = new Map(tools.map((tool) => [tool.name, tool]));
  return sent.flatMap((theirs) => {
    const ours = inOurWords.get(theirs.name);
    if (ours !== undefined) return [fitTool(ours, theirs)];
    return others.asSentBut.includes(theirs.name) ? [] : [theirs];
  });
}

/**
 * Our short form of a tool, held to what the client takes: arguments that this client does not know go, and a client that demands
 * an argument we do not name gets its own form back, since a call without it would be refused.
 */
function fitTool(ours: DietTool, theirs: Tool): Tool {
  const description = ours.description ?? theirs.description;
  if (ours.arguments === undefined) return { ...theirs, description };
  const known = argumentOrder(theirs.inputSchema);
  const demanded = requiredArguments(theirs.inputSchema);
  const kept = ours.arguments.filter(({ name }) => known.includes(name));
  if (demanded.some((name) => !kept.some((argument) => argument.name === name))) return theirs;
  return {
    name: ours.name,
    description,
    inputSchema: {
      type: "object",
      properties: Object.fromEntries(kept.map((argument) => [argument.name, argumentSchema(argument, theirs.inputSchema)])),
      required: kept.map(({ name }) => name).filter((name) => demanded.includes(name)),
      additionalProperties: false,
    },
  };
}

function argumentSchema({ name, description, schema }: DietArgument, theirs: JsonObject): JsonObject {
  const properties = theirs["properties"];
  const sent = isObject(properties) ? properties[name] : undefined;
  const { description: _, default: __, ...shape } = schema ?? (isObject(sent) ? sent : {});
  return description === undefined ? shape : { ...shape, description };
}

/** Our system text, and what the user had appended to it where the client was started with it. */
function withAppended(ours: string, sent: string): string {
  const at = sent.indexOf(ours);
  const appended =
    at < 0
      ? ""
      : sent
          .slice(at + ours.length)
          .replace(/^Working folder: .*$/m, "")
          .trim();
  return appended === "" ? ours : `${ours}\n\n${appended}`;
}

const stockAgent = /^You are (an agent|a file search specialist|a software architect and planning specialist)\b[^\n]* Claude Code/m;

/** What a sub-agent is told to be: our words for the client's stock ones, its own instructions where a user wrote them. */
function agentPurpose(system: string): string {
  if (stockAgent.test(system)) return agentOpening;
  const own = system.replace(/^You are a Claude agent, built on Anthropic's Claude Agent SDK\.\s*/, "");
  const end = own.search(/\n\n(Notes:\n|# Environment\n|Here is useful information about the environment)/);
  return (end < 0 ? own : own.slice(0, end)).trim();
}

function withoutClientWords(turn: Turn & { role: "system" }, offersAgents: boolean): Turn {
  const text = stripEnvironment(turn.text);
  return { ...turn, text: offersAgents ? text : stripAgentTypes(text) };
}

function saysSomething(turn: Turn): boolean {
  return turn.role !== "system" || turn.text.trim() !== "";
}

function withOpening(turns: readonly Turn[], opening: readonly string[]): readonly Turn[] {
  const first = turns.findIndex((turn) => turn.role === "user");
  if (opening.length === 0) return turns;
  return turns.map((turn, at) => (at === first && turn.role === "user" ? { ...turn, text: [...opening, turn.text].join("\n\n") } : turn));
}
