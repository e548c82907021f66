import assert from "node:assert/strict";
import type { Tool, Turn } from "../../src/messages/conversation.ts";
import type { Prompt } from "../../src/prompt/prompt.ts";
import type { Lane, Runtime, RuntimeEvent } from "../../src/runtime/runtime.ts";

export const main: Lane = { id: "main", kind: "main" };

/** A tool whose calls are short under any grammar. */
export const pick: Tool = {
  name: "Pick",
  description: "Picks a city.",
  inputSchema: {
    type: "object",
    properties: { city: { type: "string", enum: ["Oslo", "Rome", "Lima"] } },
    required: ["city"],
    additionalProperties: false,
  },
};

export function says(text: string): Turn {
  return { role: "user", text };
}

export function prompt(turns: readonly Turn[], change: Partial<Prompt> = {}): Prompt {
  return { system: "You are brief.", tools: [], turns, answer: { kind: "anything" }, maxTokens: 12, temperature: 0, ...change };
}

/** Some `lines` × 8 tokens that begin like no other prompt, so that nothing of them is cached. */
export function longText(word: string, lines: number): string {
  return Array.from({ length: lines }, (_, line) => `${word} ${line} one two.`).join(" ");
}

export interface Told {
  readonly events: readonly RuntimeEvent[];
  readonly text: string;
  readonly calls: readonly Extract<RuntimeEvent, { type: "call" }>["call"][];
  readonly end: Extract<RuntimeEvent, { type: "end" }>;
}

/** Runs a turn to its end and holds its events against the order that `Runtime.run` promises. */
export async function tell(runtime: Runtime, asked: Prompt, lane = main): Promise<Told> {
  const events: RuntimeEvent[] = [];
  for await (const event of runtime.run(asked, lane, new AbortController().signal)) events.push(event);
  const types = events.map(({ type }) => type);
  assert.equal(types.indexOf("end"), types.length - 1, `one end, and nothing behind it: ${types.join(" ")}`);
  const spoken = types.findIndex((type) => type !== "prefill");
  assert.ok(!types.slice(spoken).includes("prefill"), `no prefill once the answer has begun: ${types.join(" ")}`);
  const end = events.at(-1);
  assert.ok(end?.type === "end");
  return {
    events,
    end,
    text: events.map((event) => (event.type === "text" ? event.text : "")).join(""),
    calls: events.flatMap((event) => (event.type === "call" ? [event.call] : [])),
  };
}
