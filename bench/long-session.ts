/**
 * A session that brings more results than its window holds: tokens computed and kept on each turn, epochs, and what the engine's process holds in
 * memory. The real gateway and engine; the client is played, and each answer is one command, so that what is measured is reading.
 *
 *     npm run bench:window -- [--model NAME] [--calls 31] [--results 60000] [--longest 0] [--window 32768] [--threads N] [--json]
 *
 * `--longest 45000`: one of the results is a log of so many tokens that nobody bounded, the others share the rest.
 *
 * Ends with status 1 where a count was wrong or the engine's memory moved by more than a twentieth after the first epoch.
 */
import { execFile } from "node:child_process";
import { parseArgs, promisify } from "node:util";
import { createGateway } from "../src/gateway/gateway.ts";
import { requireModel } from "../src/model/installed.ts";
import { dietOf } from "../src/prompt/diet.ts";
import { chooseTemplate } from "../src/prompt/template.ts";
import type { SessionEvent } from "../src/record/events.ts";
import { createEmbeddedRuntime } from "../src/runtime/embedded/embedded.ts";
import { cloisterHome } from "../src/cli/context.ts";
import { addUp, commandGuide, type DrivenTurn, driveSession, madeUpResults } from "./drive-session.ts";
import { bounded } from "./arguments.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "qwen2.5-coder-0.5b" },
    calls: { type: "string", default: "31" },
    results: { type: "string", default: "60000" },
    longest: { type: "string", default: "0" },
    window: { type: "string", default: "32768" },
    threads: { type: "string", default: "64" },
    json: { type: "boolean", default: false },
  },
});
const calls = bounded("--calls", values.calls, 2, 500);
const resultTokens = bounded("--results", values.results, 100, 2_000_000);
const longest = bounded("--longest", values.longest, 0, resultTokens - calls);
const window = bounded("--window", values.window, 1024, 1_000_000);
const threads = bounded("--threads", values.threads, 1, 1024);
const home = cloisterHome(process.env);

const { path: modelPath, metadata } = await requireModel(home, values.model);
const template = chooseTemplate({
  chatTemplate: metadata.chatTemplate,
  bosToken: undefined,
  eosToken: undefined,
  modelName: values.model,
});
const runtime = await createEmbeddedRuntime({ modelPath, modelName: values.model, window, template, threads, env: process.env });
try {
  await measure();
} finally {
  await runtime.close();
}

async function measure(): Promise<void> {
  const results = await madeUpResults(calls, resultTokens, runtime, longest);
  const tokens = await runtime.countTexts(results.map(({ text }) => text));
  const epochs: Extract<SessionEvent, { type: "cleared" }>[] = [];
  let ids = 0;
  const gateway = createGateway({
    runtime,
    token: "bench",
    diet: dietOf("incident"),
    guide: commandGuide(results),
    observe: (event) => event.type === "cleared" && event.what === "results" && epochs.push(event),
    now: Date.now,
    newId: () => String(++ids),
  });
  const turns: (DrivenTurn & { readonly rssMiB: number; readonly seconds: number })[] = [];
  let before = performance.now();
  for await (const turn of driveSession(results, async (route, body) => {
    const request = new Request(`http://gateway${route}`, {
      method: "POST",
      headers: { authorization: "Bearer bench" },
      body: JSON.stringify(body),
    });
    const response = await gateway.fetch(request);
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${route}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  })) {
    const now = performance.now();
    turns.push({ ...turn, rssMiB: await engineMemory(), seconds: (now - before) / 1000 });
    before = now;
    if (!values.json) process.stdout.write(`${row(turns, epochs)}\n`);
  }
  report(turns, tokens, epochs);
}

function row(turns: readonly (DrivenTurn & { rssMiB: number; seconds: number })[], epochs: readonly { turn: number }[]): string {
  const turn = turns.at(-1);
  if (turn === undefined) return "";
  const { prompt, cached, rssMiB, seconds } = turn;
  const epoch = epochs.some((event) => event.turn === turns.length) ? "  epoch" : "";
  const number = (value: number): string => String(value).padStart(6);
  return `turn ${String(turns.length).padStart(3)}  prompt ${number(prompt)}  kept ${number(cached)}  read ${number(prompt - cached)}  ${rssMiB} MiB  ${seconds.toFixed(1)} s${epoch}`;
}

function report(turns: readonly (DrivenTurn & { rssMiB: number })[], tokens: readonly number[], epochs: readonly { turn: number }[]): void {
  const sum = addUp(turns, tokens);
  const first = epochs[0]?.turn;
  const memory = first === undefined ? [] : turns.slice(first - 1).map(({ rssMiB }) => rssMiB);
  const figures = {
    model: values.model,
    engine: runtime.facts.engine,
    window,
    calls,
    resultTokens: tokens.reduce((all, each) => all + each, 0),
    epochs: epochs.length,
    longestPrompt: Math.max(...turns.map(({ prompt }) => prompt)),
    ...sum,
    ofAllPromptTokens: sum.cached / sum.sent,
    ofTokensSentBefore: sum.cached / (sum.sent - sum.fresh),
    countsAgree: turns.every(({ counted, prompt }) => counted === prompt),
    memoryAfterFirstEpochMiB: memory[0],
    memoryAtEndMiB: memory.at(-1),
    memoryMoved: memory.length === 0 ? undefined : Math.max(...memory.map((mib) => Math.abs(mib / (memory[0] ?? mib) - 1))),
  };
  if (!figures.countsAgree || (figures.memoryMoved ?? 0) > 0.05) process.exitCode = 1;
  if (values.json) return void process.stdout.write(`${JSON.stringify({ ...figures, turns }, undefined, 2)}\n`);
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  process.stdout.write(
    [
      "",
      `${figures.epochs} epochs, longest prompt ${figures.longestPrompt} of ${window}, results of ${figures.resultTokens} tokens`,
      `from state: ${percent(figures.ofTokensSentBefore)} of what was sent before, ${percent(figures.ofAllPromptTokens)} of all prompt tokens`,
      `computed ${sum.sent - sum.cached}, of them new ${sum.fresh}, again ${sum.again}`,
      `count_tokens and usage ${figures.countsAgree ? "agree on every turn" : "DO NOT AGREE"}`,
      figures.memoryMoved === undefined
        ? "no epoch, so nothing to say of memory after it"
        : `memory of the engine ${figures.memoryAfterFirstEpochMiB ?? "?"} MiB after the first epoch, ${figures.memoryAtEndMiB ?? "?"} MiB at the end; moved by ${percent(figures.memoryMoved)} at most`,
      "",
    ].join("\n"),
  );
}

/** Resident memory of the engine's process, this one's largest child, in MiB. */
async function engineMemory(): Promise<number> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "ppid=,rss="]);
  const children = stdout
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([parent]) => parent === process.pid);
  return Math.round(Math.max(0, ...children.map(([, rss = 0]) => rss)) / 1024);
}
