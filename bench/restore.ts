/**
 * What a stored state saves: a prompt read cold, then the same prompt, and another one with the same system text, each in a new process. Prints the
 * raw figures of each round and their ratios; nothing is judged.
 *
 *     node dist/bench/restore.js [--model NAME|PATH] [--prompt 2048] [--rounds 3] [--json]
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readGguf } from "../src/model/gguf.ts";
import type { Prompt } from "../src/prompt/prompt.ts";
import { chooseTemplate } from "../src/prompt/template.ts";
import { createEmbeddedRuntime } from "../src/runtime/embedded/embedded.ts";
import type { Runtime, Timing } from "../src/runtime/runtime.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "qwen2.5-coder-0.5b" },
    prompt: { type: "string", default: "2048" },
    rounds: { type: "string", default: "3" },
    json: { type: "boolean", default: false },
  },
});
const modelPath = findModel(values.model);
/** About so many: a rule has eleven. */
const promptTokens = whole("--prompt", values.prompt, 128, 30_000);
const rounds = whole("--rounds", values.rounds, 1, 20);
const { chatTemplate } = await readGguf(modelPath);
const modelName = basename(modelPath, ".gguf");
const template = chooseTemplate({ chatTemplate, bosToken: undefined, eosToken: undefined, modelName });

interface Round {
  readonly cold: Timing;
  /** The same conversation in a new process: all but its last token is restored. */
  readonly conversation: Timing;
  /** Another conversation with the same system text in a new process. */
  readonly base: Timing;
  /** Milliseconds of restoring by those of computing: of the whole prompt, and of the system text without the tokens after it. */
  readonly conversationShare: number;
  readonly baseShare: number;
}

const results: Round[] = [];
for (let round = 0; round < rounds; round++) {
  const result = await measure(round);
  results.push(result);
  if (!values.json) process.stdout.write(shown(round, result));
}
if (values.json) process.stdout.write(`${JSON.stringify({ model: modelName, node: process.version, rounds: results }, undefined, 2)}\n`);

async function measure(round: number): Promise<Round> {
  const stateFolder = mkdtempSync(join(tmpdir(), "cloister-restore-"));
  const system = Array.from({ length: Math.ceil(promptTokens / 11) }, (_, line) => `Round ${round}: rule ${line} says so.`).join(" ");
  const ask = (text: string): Prompt => ({
    system,
    tools: [],
    turns: [{ role: "user", text }],
    answer: { kind: "anything" },
    maxTokens: 1,
    temperature: 0,
  });
  const window = Math.min(32_768, promptTokens * 2 + 1024);
  const inNewProcess = async (prompt: Prompt, id: string): Promise<Timing> => {
    const runtime = await createEmbeddedRuntime({ modelPath, modelName, template, env: process.env, window, stateFolder });
    try {
      return await timingOf(runtime, prompt, id);
    } finally {
      await runtime.close();
    }
  };
  try {
    const cold = await inNewProcess(ask("Begin."), "first");
    const conversation = await inNewProcess(ask("Begin."), "first");
    const base = await inNewProcess(ask("Go on."), "second");
    const perToken = cold.prefillMs / cold.promptTokens;
    const baseMs = base.prefillMs - (base.promptTokens - base.cachedTokens) * perToken;
    return {
      cold,
      conversation,
      base,
      conversationShare: conversation.prefillMs / cold.prefillMs,
      baseShare: baseMs / (base.cachedTokens * perToken),
    };
  } finally {
    rmSync(stateFolder, { recursive: true, force: true });
  }
}

async function timingOf(runtime: Runtime, prompt: Prompt, id: string): Promise<Timing> {
  for await (const event of runtime.run(prompt, { id, kind: "main" }, new AbortController().signal))
    if (event.type === "end") return event.timing;
  throw new Error("The runtime stopped without an end.");
}

function shown(round: number, { cold, conversation, base, conversationShare, baseShare }: Round): string {
  const line = (name: string, { promptTokens: total, cachedTokens, restoredTokens, prefillMs }: Timing): string =>
    `  ${name.padEnd(14)}${total} tokens, ${cachedTokens} cached, ${restoredTokens ?? 0} restored, ${prefillMs.toFixed(0)} ms\n`;
  const share = (value: number): string => `${(value * 100).toFixed(2)} %`;
  return `round ${round + 1}\n${line("cold", cold)}${line("conversation", conversation)}${line("system text", base)}  of its prefill: conversation ${share(conversationShare)}, system text ${share(baseShare)}\n`;
}

function findModel(nameOrPath: string): string {
  const home = process.env["CLOISTER_HOME"] ?? join(process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share"), "cloister");
  for (const path of [join(home, "models", `${nameOrPath}.gguf`), resolve(nameOrPath)]) if (existsSync(path)) return path;
  process.stderr.write(`There is no model ${nameOrPath}. Get one: cloister model pull qwen2.5-coder-0.5b\n`);
  process.exit(3);
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  process.stderr.write(`${name} has to be a whole number from ${least} to ${most}, not ${text}.\n`);
  process.exit(2);
}
