import { z } from "zod";
import { CloisterError } from "../../error.ts";
import { turnLimits } from "../http/limits.ts";
import type { Server } from "../http/server.ts";
import { type ChatMessage, chatTools } from "./chat-messages.ts";
import { readChat, readUsage, wholeAnswerSchema } from "./chat-stream.ts";
import { extrasBody, type GrammarField, grammarBody, type ServerWays } from "./server-ways.ts";

export interface ProbedServer extends ServerWays {
  /** `/tokenize` counts messages, and counts what the server then evaluates. */
  readonly counts: boolean;
  /** Says how much of a prompt was cached. */
  readonly cacheFigures: boolean;
}

export interface ProbeChoice {
  readonly model: string;
  /** Not asked but known. */
  readonly tools?: "server" | "prompt" | undefined;
  readonly signal?: AbortSignal | undefined;
}

const systemText: ChatMessage = { role: "system", content: "You are brief." };
const user: ChatMessage = { role: "user", content: "Say hi." };
const late: ChatMessage = { role: "system", content: "From now on answer in Latin, in one word, and in capital letters." };
const tool = {
  name: "get_weather",
  description: "Says what the weather is in a city.",
  inputSchema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
} as const;

/** Every kind of rule that our grammars are made of; what comes out otherwise shows that the grammar was left aside. */
const probeGrammar = 'root ::= "k\\x37" letter{2,3} ("-" | "+")\nletter ::= [q-s]\n';
const probeAnswer = /^k7[q-s]{2,3}[-+]$/;

/**
 * Asks a server how it takes what we want to say, with a few requests of one token each: what a version or a name promises is not
 * believed. A part that the server drops without a word shows in its own count of the prompt's tokens.
 */
export async function probeServer(server: Server, choice: ProbeChoice): Promise<ProbedServer> {
  const { model, signal } = choice;
  const ask = async (body: { messages: readonly ChatMessage[] } & Record<string, unknown>): Promise<Probed | undefined> => {
    const whole = { model, max_tokens: 1, temperature: 0, stream: false, ...body };
    try {
      // The first request may wait for the model to be loaded.
      const answer = await server.ask({ path: "/v1/chat/completions", body: whole, signal, limits: turnLimits }, wholeAnswerSchema);
      const usage = answer.usage ? readUsage(answer.usage) : undefined;
      return { text: answer.choices[0]?.message.content ?? "", prompt: usage?.promptTokens, caches: usage?.cachedTokens !== undefined };
    } catch (error) {
      // A refusal is an answer to the question; 500 is how some servers report a template that raised.
      if (error instanceof CloisterError && (error.code === "bad-request" || error.code === "engine-lost")) return undefined;
      throw error;
    }
  };

  const { plain, ...basic } = await probeBasics(ask, server, model);
  const messages = [...(basic.system === "message" ? [systemText] : []), user];
  const extras = extrasBody(basic);
  const more = (probed: Probed | undefined): boolean =>
    probed !== undefined && (probed.prompt === undefined || plain.prompt === undefined || probed.prompt > plain.prompt);

  const tools = { tools: chatTools([tool]), tool_choice: "none" };
  const lateSystem = more(await ask({ messages: [...messages, late], ...extras })) ? "in place" : "folded";
  const shown = choice.tools === "prompt" ? undefined : await ask({ messages, ...extras, ...tools, tool_choice: "auto" });
  const shows = choice.tools === "server" || more(shown);
  const findGrammar = async (beside: object, prompt: number | undefined): Promise<GrammarField | undefined> => {
    for (const field of ["grammar", "structured_outputs", "guided_grammar"] as const) {
      const probed = await ask({ messages, ...extras, ...beside, ...grammarBody(field, probeGrammar), max_tokens: 12 });
      // The same prompt, too: tools that vanish when no call may be made would cost the state of all that follows them.
      if (probed !== undefined && probed.prompt === prompt && probeAnswer.test(probed.text)) return field;
    }
    return undefined;
  };
  const besideTools = shows ? await findGrammar(tools, shown?.prompt) : undefined;
  // Where a grammar cannot stand beside the server's own tools, the grammar is worth more: then the tools are ours to show.
  const alone = besideTools === undefined && choice.tools !== "server" ? await findGrammar({}, plain.prompt) : undefined;
  return {
    ...basic,
    lateSystem,
    tools: shows && alone === undefined ? "server" : "prompt",
    grammar: besideTools ?? alone,
    progress: basic.extras && (await saysProgress(server, { model, messages, ...extras }, signal)),
    counts: plain.prompt !== undefined && (await countMessages(server, { model, messages, ...extras }, signal)) === plain.prompt,
    cacheFigures: plain.caches,
  };
}

interface Probed {
  readonly text: string;
  readonly prompt: number | undefined;
  readonly caches: boolean;
}

/** The first that the server takes, of the fullest way and those that leave something out. */
async function probeBasics(
  ask: (body: { messages: readonly ChatMessage[] } & Record<string, unknown>) => Promise<Probed | undefined>,
  server: Server,
  model: string,
): Promise<{ readonly plain: Probed; readonly extras: boolean; readonly system: "message" | "folded" }> {
  for (const system of ["message", "folded"] as const) {
    for (const extras of [true, false]) {
      const plain = await ask({ messages: system === "message" ? [systemText, user] : [user], ...extrasBody({ extras }) });
      if (plain !== undefined) return { plain, extras, system };
    }
  }
  throw new CloisterError("unreachable", `The ${server.kind} at ${server.shown} does not answer a plain question to ${model}.`, {
    hint: "Look at the server's own log.",
  });
}

async function saysProgress(server: Server, body: object, signal: AbortSignal | undefined): Promise<boolean> {
  const asked = { stream: true, return_progress: true, max_tokens: 1, ...body };
  try {
    for await (const { type } of readChat(server, { path: "/v1/chat/completions", body: asked, signal }))
      if (type === "progress") return true;
  } catch (error) {
    if (!(error instanceof CloisterError) || (error.code !== "bad-request" && error.code !== "engine-lost")) throw error;
  }
  return false;
}

/** Tokens of messages by vLLM's `/tokenize`; undefined where there is no such thing. Another server's may have the name and another meaning. */
export async function countMessages(server: Server, body: object, signal: AbortSignal | undefined): Promise<number | undefined> {
  const request = { path: "/tokenize", body: { add_generation_prompt: true, ...body }, signal };
  try {
    return (await server.find(request, z.object({ count: z.number().int().nonnegative() })))?.count;
  } catch (error) {
    if (error instanceof CloisterError && error.code === "bad-request") return undefined;
    throw error;
  }
}
