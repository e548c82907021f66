import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Turn } from "../src/messages/conversation.ts";
import type { Prompt } from "../src/prompt/prompt.ts";
import type { PromptTemplate } from "../src/prompt/template.ts";
import type { Lane, Runtime, RuntimeEvent } from "../src/runtime/runtime.ts";

const home = process.env["CLOISTER_HOME"] ?? join(process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share"), "cloister");

export function modelFile(name: string): string {
  return join(home, "models", `${name}.gguf`);
}

/** Why a test with that model has to be skipped; undefined where the model is here. */
export function absentModel(name: string): string | undefined {
  return existsSync(modelFile(name)) ? undefined : `no model at ${modelFile(name)}: cloister model pull ${name}`;
}

export const patient = new AbortController().signal;

/** ChatML as the model was trained on it, without tools. */
export const template: PromptTemplate = {
  description: "of the test",
  stop: ["<|im_end|>"],
  render: ({ system, turns }) => [
    { text: "<|im_start|>system\n", special: true },
    { text: system, special: false },
    ...turns.flatMap((turn) => [
      { text: `<|im_end|>\n<|im_start|>${turn.role}\n`, special: true },
      { text: written(turn), special: turn.role === "assistant", ...(turn.role === "assistant" ? { assistant: true } : {}) },
    ]),
    { text: "<|im_end|>\n<|im_start|>assistant\n", special: true },
  ],
};

export function written(turn: Turn): string {
  if (turn.role !== "assistant") return turn.text;
  const calls = turn.calls.map((call) => `<tool_call>\n{"name": "${call.name}", "arguments": ${JSON.stringify(call.input)}}\n</tool_call>`);
  return [turn.text, ...calls].filter((part) => part !== "").join("\n");
}

export const lane = { id: "main", kind: "main" } as const;

export function prompt(turns: readonly Turn[], change: Partial<Prompt> = {}): Prompt {
  return { system: "You are brief.", tools: [], turns, answer: { kind: "anything" }, maxTokens: 24, temperature: 0, ...change };
}

export function says(text: string): Turn {
  return { role: "user", text };
}

export interface Told {
  readonly events: RuntimeEvent[];
  readonly text: string;
  readonly end: Extract<RuntimeEvent, { type: "end" }>;
}

export async function tell(runtime: Runtime, asked: Prompt, signal = patient, of: Lane = lane): Promise<Told> {
  const events: RuntimeEvent[] = [];
  for await (const event of runtime.run(asked, of, signal)) events.push(event);
  const end = events.at(-1);
  assert.ok(end?.type === "end", "a turn ends with its end");
  const text = events.map((event) => (event.type === "text" ? event.text : "")).join("");
  return { events, text, end };
}

/** Process ids of the engines that this process has started. */
export function engines(parent = process.pid): number[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" }).split("\n");
  return lines
    .filter((line) => line.includes("engine-process.js"))
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, ppid]) => ppid === parent)
    .map(([pid]) => pid ?? 0);
}

export async function until(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (condition()) return;
    await sleep(100);
  }
  assert.fail(`waited half a minute in vain: ${what}`);
}
