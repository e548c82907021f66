/**
 * Decoding with drafts beside decoding without, in turns in one go: the model is shown a file of 40 lines as the client's Read gives it
 * and writes it again with one value changed, in a call that is held to its grammar. Prints tokens per second, how many drafted
 * tokens were right, and the ratio.
 *
 *     node dist/bench/speculation.js [--model NAME|PATH] [--answer 400] [--rounds 3] [--temperature 0] [--draft N] [--json]
 *
 * `--draft N` drafts N tokens wherever it can, in place of what the calibration says.
 */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Tool } from "../src/messages/conversation.ts";
import { answerGrammar } from "../src/prompt/grammar/answer-grammar.ts";
import { engineEnvironment } from "../src/runtime/embedded/engine-environment.ts";
import { type EngineLink, startEngine } from "../src/runtime/embedded/engine-link.ts";
import type { RunRequest } from "../src/runtime/embedded/wire.ts";

/** One answer. Milliseconds of decoding: the prompt is computed before. */
interface Run {
  readonly speculation: "off" | "on";
  readonly outputTokens: number;
  readonly decodeMs: number;
  readonly tokensPerSecond: number;
  readonly drafted: number;
  readonly accepted: number;
  readonly text: string;
}

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "qwen2.5-coder-0.5b" },
    answer: { type: "string", default: "400" },
    rounds: { type: "string", default: "3" },
    temperature: { type: "string", default: "0" },
    draft: { type: "string" },
    threads: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const modelPath = findModel(values.model);
const answerTokens = bounded("--answer", values.answer, 16, 2000);
const rounds = bounded("--rounds", values.rounds, 3, 50);
const temperature = Number(values.temperature);
const drafting = values.draft === undefined ? "calibrated" : bounded("--draft", values.draft, 1, 15);
const log: string[] = [];

const engine = await startEngine({
  load: {
    modelPath,
    window: 4096,
    memory: 2 ** 40,
    threads: values.threads === undefined ? undefined : bounded("--threads", values.threads, 1, 256),
  },
  env: engineEnvironment(process.env),
  signal: new AbortController().signal,
  onLog: (text) => log.push(text),
  loadStallMs: 120_000,
});
try {
  report(await measureInTurns(engine));
} finally {
  await engine.close();
}

async function measureInTurns(link: EngineLink): Promise<Run[]> {
  const runs: Run[] = [];
  // One round warms up: the prompt is computed, and the machine calibrated, before anything counts.
  for (let round = 0; round <= rounds; round++) {
    const order = round % 2 === 0 ? (["off", "on"] as const) : (["on", "off"] as const);
    for (const speculation of order) {
      const run = await once(link, speculation);
      if (round === 0) continue;
      runs.push(run);
      if (!values.json) process.stdout.write(`round ${round}  ${row(run)}\n`);
    }
  }
  return runs;
}

async function once(link: EngineLink, speculation: Run["speculation"]): Promise<Run> {
  const request = { ...task(), maxTokens: answerTokens, temperature, speculation: speculation === "off" ? "off" : drafting } as const;
  let text = "";
  for await (const event of link.run(request, new AbortController().signal)) {
    if (event.type === "text") text += event.text;
    if (event.type !== "ended") continue;
    const { outputTokens, decodeMs, draftedTokens: drafted = 0, acceptedTokens: accepted = 0 } = event.timing;
    // The first token comes with the prompt.
    return { speculation, outputTokens, decodeMs, tokensPerSecond: ((outputTokens - 1) / decodeMs) * 1000, drafted, accepted, text };
  }
  throw new Error("The engine ended without saying so.");
}

function task(): Pick<RunRequest, "segments" | "grammar" | "stop"> {
  const lines = fortyLines().map((line, index) => `${String(index + 1).padStart(6)}→${line}`);
  const text = [
    "<|im_start|>system\nYou edit files with the tool Write: file_path, and the file's whole new content without line numbers.<|im_end|>\n",
    `<|im_start|>user\n/work/payments.yaml:\n${lines.join("\n")}\nChange the memory limit to 256Mi.<|im_end|>\n`,
    "<|im_start|>assistant\n",
  ].join("");
  const write: Tool = {
    name: "Write",
    description: "Write a file.",
    inputSchema: {
      type: "object",
      properties: { file_path: { const: "/work/payments.yaml" }, content: { type: "string" } },
      required: ["file_path", "content"],
      additionalProperties: false,
    },
  };
  return { segments: [{ text, special: true }], grammar: answerGrammar({ kind: "call" }, [write]), stop: ["<|im_end|>"] };
}

function fortyLines(): string[] {
  const container = (name: string, port: number): string[] => [
    `        - name: ${name}`,
    `          image: registry.internal/acme/${name}:1.8.2`,
    "          ports:",
    `            - containerPort: ${port}`,
    "          readinessProbe:",
    "            httpGet:",
    `              path: /healthz/${name}`,
    `              port: ${port}`,
    "          resources:",
    "            limits:",
    "              memory: 64Mi",
  ];
  return [
    "apiVersion: apps/v1",
    "kind: Deployment",
    "metadata:",
    "  name: payments",
    "  namespace: shop",
    "  labels:",
    "    team: checkout",
    "spec:",
    "  replicas: 2",
    "  selector:",
    "    matchLabels:",
    "      app: payments",
    "  template:",
    "    metadata:",
    "      labels:",
    "        app: payments",
    "    spec:",
    "      containers:",
    ...container("payments", 8080),
    ...container("ledger", 9090),
  ];
}

function report(runs: readonly Run[]): void {
  const of = (speculation: Run["speculation"]): readonly Run[] => runs.filter((run) => run.speculation === speculation);
  const medians = { off: median(of("off").map(rate)), on: median(of("on").map(rate)) };
  const drafted = sum(of("on").map((run) => run.drafted));
  const accepted = sum(of("on").map((run) => run.accepted));
  const result = {
    command: `node dist/bench/speculation.js ${process.argv.slice(2).join(" ")}`.trim(),
    node: process.version,
    engine: engine.facts.engine,
    threads: engine.facts.threads,
    model: basename(modelPath),
    temperature,
    drafting,
    calibration: log.filter((line) => line.startsWith("speculation: ")),
    medians,
    ratio: medians.on / medians.off,
    acceptance: drafted === 0 ? undefined : accepted / drafted,
    // At temperature 0 all of them should be the same answer.
    answers: new Set(runs.map((run) => run.text)).size,
    raw: runs.map(({ text: _text, ...figures }) => figures),
  };
  if (values.json) {
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  const { raw: _raw, medians: _medians, calibration, ...setting } = result;
  const lines = [
    "",
    ...Object.entries(setting).map(
      ([name, value]) => `${name.padEnd(14)}${typeof value === "number" ? Number(value.toFixed(3)) : String(value)}`,
    ),
    ...calibration,
    `median         without ${medians.off.toFixed(1)} tok/s   with ${medians.on.toFixed(1)} tok/s`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

function rate(run: Run): number {
  return run.tokensPerSecond;
}

function row({ speculation, tokensPerSecond, outputTokens, drafted, accepted }: Run): string {
  const guessed = speculation === "on" ? `   ${accepted} of ${drafted} drafted tokens right` : "";
  return `${speculation.padEnd(4)}${tokensPerSecond.toFixed(1).padStart(7)} tok/s   ${outputTokens} tokens${guessed}`;
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function findModel(nameOrPath: string): string {
  const home = process.env["CLOISTER_HOME"] ?? join(process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share"), "cloister");
  for (const path of [join(home, "models", `${nameOrPath}.gguf`), resolve(nameOrPath)]) if (existsSync(path)) return path;
  process.stderr.write(`There is no model ${nameOrPath}. Get one: cloister model pull qwen2.5-coder-0.5b\n`);
  process.exit(3);
}

function bounded(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  process.stderr.write(`${name} has to be a whole number from ${least} to ${most}, not ${text}.\n`);
  process.exit(2);
}
