/**
 * The engine beside the bare library, and beside llama-bench where one is given: prefill and decode rates, measured in turns in
 * one go, so that a noisy machine is noisy for all of them.
 *
 *     npm run bench:engine -- [--model NAME|PATH] [--prompt 512] [--answer 64] [--rounds 5]
 *         [--llama-bench PATH | --llama-server PATH] [--json]
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs, promisify } from "node:util";
import { engineEnvironment } from "../src/runtime/embedded/engine-environment.ts";
import { type EngineLink, startEngine } from "../src/runtime/embedded/engine-link.ts";
import { startRatedServer } from "./server-rates.ts";
import { median } from "./statistics.ts";
import { bounded, findModel } from "./arguments.ts";

/** Tokens per second. */
interface Rates {
  readonly prefill: number;
  readonly decode: number;
}

interface Contender {
  readonly name: string;
  measure(text: string): Promise<Rates>;
  close(): Promise<void>;
}

const bar = 0.9;
const { values } = parseArgs({
  options: {
    model: { type: "string", default: "qwen2.5-coder-0.5b" },
    prompt: { type: "string", default: "512" },
    answer: { type: "string", default: "64" },
    rounds: { type: "string", default: "5" },
    "llama-bench": { type: "string" },
    "llama-server": { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const modelPath = findModel(values.model);
const promptTokens = bounded("--prompt", values.prompt, 32, 16_384);
const answerTokens = bounded("--answer", values.answer, 8, 4096);
const rounds = bounded("--rounds", values.rounds, 3, 50);

const engine = await startEngine({
  load: { modelPath, window: promptTokens + answerTokens + 256, memory: 2 ** 40 },
  env: engineEnvironment(process.env),
  signal: new AbortController().signal,
  onLog: () => {},
  loadStallMs: 120_000,
});
const contenders: Contender[] = [engineContender(engine)];
const stopped = new AbortController();
let closing: Promise<void> | undefined;
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    stopped.abort();
    void closeAll().finally(() => process.exit(130));
  });
try {
  contenders.push(await bareContender(engine.facts.threads));
  if (values["llama-bench"] !== undefined) contenders.push(llamaBenchContender(values["llama-bench"], engine.facts.threads));
  if (values["llama-server"] !== undefined) contenders.push(await llamaServerContender(values["llama-server"]));
  report(await measureInTurns());
} finally {
  await closeAll();
}

/** Once, whoever asks first: the end of the measurement, or a signal in the middle of it. */
function closeAll(): Promise<void> {
  closing ??= Promise.allSettled(contenders.map((contender) => contender.close())).then(() => undefined);
  return closing;
}

async function measureInTurns(): Promise<Map<string, Rates[]>> {
  const results = new Map<string, Rates[]>(contenders.map(({ name }) => [name, []]));
  // One round warms up: weights come from the disk, buffers are made.
  for (let round = 0; round <= rounds; round++) {
    // Each goes first as often as any other.
    for (let turn = 0; turn < contenders.length; turn++) {
      const contender = contenders[(round + turn) % contenders.length];
      if (contender === undefined) continue;
      const rates = await contender.measure(someText(round));
      if (round > 0) results.get(contender.name)?.push(rates);
      if (!values.json && round > 0) process.stdout.write(`round ${round}  ${row(contender.name, rates)}\n`);
    }
  }
  return results;
}

function engineContender(link: EngineLink): Contender {
  return {
    name: "engine",
    async measure(text) {
      const segments = [{ text: await cutTo(link, text), special: true }];
      // A grammar that allows everything would slow it down, and an answer that ends early would make the figure rough: so none, and the median.
      for await (const event of link.run({ segments, stop: [], maxTokens: answerTokens, temperature: 0 }, new AbortController().signal))
        if (event.type === "ended") return ratesOf(event.timing);
      throw new Error("The engine ended without saying so.");
    },
    close: () => link.close(),
  };
}

/** The beginning of `text` that has `promptTokens` tokens, or a few less. */
async function cutTo(link: EngineLink, text: string): Promise<string> {
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((await link.count([{ text: text.slice(0, middle), special: true }])) <= promptTokens) low = middle;
    else high = middle - 1;
  }
  return text.slice(0, low);
}

async function bareContender(threads: number): Promise<Contender> {
  const program = join(import.meta.dirname, "bare-library.js");
  const child = spawn(process.execPath, [program, modelPath, String(threads), String(promptTokens), String(answerTokens)], {
    env: engineEnvironment(process.env),
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error("The bare library's process ended.");
    return value;
  };
  await nextLine();
  return {
    name: "bare library",
    async measure(text) {
      child.stdin.write(`${text}\n`);
      return ratesOf(JSON.parse(await nextLine()) as Timing);
    },
    async close() {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}

/** llama-bench, asked for what ours does: the prompt from nothing, the answer behind a prompt of that length. */
function llamaBenchContender(program: string, threads: number): Contender {
  const run = promisify(execFile);
  const fixed = ["-m", modelPath, "-t", String(threads), "-r", "1", "-fa", "1", "-o", "json"];
  const rate = async (...test: readonly string[]): Promise<number> => {
    const { stdout } = await run(program, [...fixed, ...test], { maxBuffer: 2 ** 24, signal: stopped.signal });
    const [measured] = JSON.parse(stdout) as { avg_ts: number }[];
    return measured?.avg_ts ?? Number.NaN;
  };
  return {
    name: "llama-bench",
    measure: async () => ({
      prefill: await rate("-p", String(promptTokens), "-n", "0"),
      decode: await rate("-p", "0", "-n", String(answerTokens), "-d", String(promptTokens)),
    }),
    close: async () => {},
  };
}

async function llamaServerContender(program: string): Promise<Contender> {
  const server = await startRatedServer(program, modelPath, promptTokens + answerTokens + 256, stopped.signal);
  return {
    name: "llama-server",
    measure: async (text) => server.measure(await cutTo(engine, text), answerTokens),
    close: () => server.close(),
  };
}

interface Timing {
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly prefillMs: number;
  readonly decodeMs: number;
}

/** The first token of an answer comes with the prompt's last chunk: decoding makes the others. */
function ratesOf(timing: Timing): Rates {
  return {
    prefill: (timing.promptTokens / timing.prefillMs) * 1000,
    decode: (Math.max(1, timing.outputTokens - 1) / timing.decodeMs) * 1000,
  };
}

function report(results: Map<string, Rates[]>): void {
  const medians = new Map(
    [...results].map(([name, rates]) => [
      name,
      { prefill: median(rates.map(({ prefill }) => prefill)), decode: median(rates.map(({ decode }) => decode)) },
    ]),
  );
  const ours = medians.get("engine") ?? { prefill: 0, decode: 0 };
  const ratios = [...medians]
    .filter(([name]) => name !== "engine")
    .map(([name, theirs]) => ({ against: name, prefill: ours.prefill / theirs.prefill, decode: ours.decode / theirs.decode }));
  const passed = ratios.every(({ prefill, decode }) => prefill >= bar && decode >= bar);
  if (!passed) process.exitCode = 1;
  const setting = {
    command: `node dist/bench/engine.js ${process.argv.slice(2).join(" ")}`.trim(),
    node: process.version,
    engine: engine.facts.engine,
    threads: engine.facts.threads,
    model: basename(modelPath),
    promptTokens,
    answerTokens,
    rounds,
  };
  if (values.json) {
    const raw = Object.fromEntries(results);
    process.stdout.write(`${JSON.stringify({ ...setting, raw, medians: Object.fromEntries(medians), ratios, bar, passed }, null, 2)}\n`);
    return;
  }
  const lines = [
    "",
    ...Object.entries(setting).map(([name, value]) => `${name.padEnd(14)}${value}`),
    "",
    ...[...medians].map(([name, rates]) => `median   ${row(name, rates)}`),
    ...ratios.map(
      ({ against, prefill, decode }) => `ratio to ${against.padEnd(14)} prefill ${prefill.toFixed(2)}   decode ${decode.toFixed(2)}`,
    ),
    passed ? `at least ${bar} everywhere` : `below ${bar}`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

function row(name: string, { prefill, decode }: Rates): string {
  return `${name.padEnd(14)} prefill ${prefill.toFixed(1).padStart(7)} tok/s   decode ${decode.toFixed(1).padStart(6)} tok/s`;
}

/** A text of one line that no other round shares, longer than any prompt asked for. */
function someText(round: number): string {
  return Array.from({ length: promptTokens }, (_, n) => `Round ${round}, pod ${n * 7919}: restarted after ${n % 60} seconds.`).join(" ");
}
