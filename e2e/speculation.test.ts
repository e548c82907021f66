import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { Tool } from "../src/messages/conversation.ts";
import { answerGrammar } from "../src/prompt/grammar/answer-grammar.ts";
import { engineEnvironment } from "../src/runtime/embedded/engine-environment.ts";
import { type EngineLink, startEngine, type TurnEvent } from "../src/runtime/embedded/engine-link.ts";
import type { RunRequest } from "../src/runtime/embedded/wire.ts";

const home = process.env["CLOISTER_HOME"] ?? join(process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share"), "cloister");
const patient = new AbortController().signal;

const manifest = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: payments
  namespace: shop
spec:
  replicas: 2
  selector:
    matchLabels:
      app: payments
  template:
    metadata:
      labels:
        app: payments
    spec:
      containers:
        - name: payments
          image: "registry.internal/acme/payments:1.8.2"
          ports:
            - containerPort: 8080
          resources:
            limits:
              memory: 64Mi
`;

const program = `export function total(items: readonly Item[], rate: number): number {
  let sum = 0;
  for (const item of items) {
    if (item.price < 0) throw new Error("a price is negative");
    sum += item.price * item.count;
  }
  return sum * (1 + rate);
}

export function describe(items: readonly Item[]): string {
  return items.map((item) => item.name + " × " + item.count).join(", ");
}
`;

const tools: readonly Tool[] = [
  {
    name: "Write",
    description: "Write a file.",
    inputSchema: {
      type: "object",
      properties: { file_path: { type: "string" }, content: { type: "string" } },
      required: ["file_path", "content"],
      additionalProperties: false,
    },
  },
];

/** As the client's Read gives it. */
function numbered(text: string): string {
  const lines = text.trimEnd().split("\n");
  return lines.map((line, index) => `${String(index + 1).padStart(6)}→${line}`).join("\n");
}

function chat(...turns: readonly [role: "system" | "user" | "assistant", text: string][]): RunRequest["segments"] {
  const text = turns.map(([role, said]) => `<|im_start|>${role}\n${said}<|im_end|>\n`).join("");
  return [{ text: `${text}<|im_start|>assistant\n`, special: true }];
}

type Task = Pick<RunRequest, "segments" | "grammar">;

const copyFreely: Task[] = [
  { segments: chat(["user", `Repeat this file exactly, and nothing else:\n${manifest}`]) },
  { segments: chat(["user", `Change sum to amount in this program, and write all of it:\n${program}`]) },
  { segments: chat(["user", "Tell me about the sea, and then about the moon."]) },
];
const copyInCalls: Task[] = [manifest, program].map((file, index) => ({
  segments: chat(
    ["system", "You write files with the tool Write. Its arguments are file_path and content."],
    ["user", `This is /work/file${index}.txt:\n${numbered(file)}\nWrite the same text to /work/copy.txt.`],
  ),
  grammar: answerGrammar({ kind: "call" }, tools),
}));

interface Answer {
  readonly text: string;
  readonly end: Extract<TurnEvent, { type: "ended" }>;
}

async function answer(engine: EngineLink, task: Task, change: Partial<RunRequest> = {}): Promise<Answer> {
  let text = "";
  const request = { ...task, stop: ["<|im_end|>"], maxTokens: 96, temperature: 0, ...change };
  for await (const event of engine.run(request, patient)) {
    if (event.type === "text") text += event.text;
    if (event.type === "ended") return { text, end: event };
  }
  assert.fail("the turn has no end");
}

/** A test with an engine of its own; skipped where the model is not on this machine. One thread: with several, sums are added in another order. */
function engineTest(name: string, model: string, run: (engine: EngineLink, log: readonly string[], t: TestContext) => Promise<void>): void {
  test(`${name} (${model})`, async (t: TestContext) => {
    const modelPath = join(home, "models", `${model}.gguf`);
    if (!existsSync(modelPath)) return t.skip(`no model at ${modelPath}: cloister model pull ${model}`);
    const log: string[] = [];
    const engine = await startEngine({
      load: { modelPath, window: 2048, threads: 1, memory: 2e9 },
      env: engineEnvironment(process.env),
      signal: patient,
      onLog: (text) => log.push(text),
      loadStallMs: 120_000,
    });
    try {
      await run(engine, log, t);
    } finally {
      await engine.close();
    }
  });
}

/** An answer that goes on repeating what was said: its first draft has the machine measured. */
const repetition: Task = {
  segments: [
    ...chat(["user", `Go on:\n${"one two three four five six seven eight\n".repeat(12)}`]),
    { text: `${"one two three four five six seven eight\n".repeat(3)}one two three`, special: true },
  ],
};

/** Tokens up to which a step rounds as a step of one does, as the engine's calibration found. */
async function sameUpTo(engine: EngineLink, log: readonly string[]): Promise<number> {
  await answer(engine, repetition, { maxTokens: 60 });
  const [line = ""] = log.filter((said) => said.startsWith("speculation: "));
  return Number(/the same to the last bit up to (\d+)$/.exec(line)?.[1] ?? assert.fail(`no calibration: ${log.join("\n")}`));
}

for (const model of ["smollm2-135m", "qwen2.5-coder-0.5b"])
  engineTest("at temperature 0 the answer is the one without drafts", model, async (engine, log, t) => {
    const most = await sameUpTo(engine, log);
    if (most === 1) return t.skip("this machine's kernels round otherwise for two tokens than for one");
    let accepted = 0;
    for (const task of [...copyFreely, ...copyInCalls]) {
      // A prompt that is computed in one piece rounds otherwise than one whose last token is computed alone: both find it cached.
      await answer(engine, task, { speculation: "off", maxTokens: 1 });
      const plain = await answer(engine, task, { speculation: "off" });
      const drafted = await answer(engine, task, { speculation: most - 1 });
      assert.equal(drafted.text, plain.text);
      assert.equal(drafted.end.timing.outputTokens, plain.end.timing.outputTokens);
      assert.equal(plain.end.timing.draftedTokens, undefined);
      accepted += drafted.end.timing.acceptedTokens ?? 0;
    }
    assert.ok(accepted > 40, `${accepted} tokens came from drafts`);
  });

engineTest("long drafts copy a file in one piece, and leave the state as the answer has it", "qwen2.5-coder-0.5b", async (engine) => {
  const [file] = copyFreely;
  assert.ok(file !== undefined);
  const { text, end } = await answer(engine, file, { speculation: 15, maxTokens: 110 });
  assert.ok(manifest.startsWith(text), text);
  const { draftedTokens = 0, acceptedTokens = 0 } = end.timing;
  assert.ok(acceptedTokens > 70 && acceptedTokens <= draftedTokens, `${acceptedTokens} of ${draftedTokens}`);
  engine.remember(end.id, text);
  const more = [...file.segments, { text, special: true, assistant: true }, { text: "<|im_end|>\n", special: true }];
  const next = await answer(engine, { segments: more }, { maxTokens: 1 });
  // The last token of an answer is chosen, not evaluated.
  assert.equal(next.end.timing.cachedTokens, end.timing.promptTokens + end.timing.outputTokens - 1);
});

engineTest(
  "a grammar holds with drafts and chance, and a cancelled turn leaves a state that the next can use",
  "smollm2-135m",
  async (engine) => {
    const [, task] = copyInCalls;
    assert.ok(task !== undefined);
    for (const temperature of [0, 0.9]) {
      const { text, end } = await answer(engine, task, { speculation: 5, temperature, maxTokens: 400 });
      if (end.reason === "max-tokens") assert.ok(text.startsWith('<tool_call>\n{"name": "Write"'), text);
      else assert.match(text, /^<tool_call>\n\{"name": "Write", "arguments": \{.*\}\}\n<\/tool_call>$/s);
    }
    const cancelling = new AbortController();
    const [copy] = copyFreely;
    assert.ok(copy !== undefined);
    const turn = async (): Promise<void> => {
      const request = { ...copy, stop: [], maxTokens: 400, temperature: 0, speculation: 5 };
      for await (const event of engine.run(request, cancelling.signal)) if (event.type === "text") cancelling.abort();
    };
    await assert.rejects(turn(), { code: "cancelled" });
    const again = await answer(engine, copy, { maxTokens: 4 });
    assert.equal(again.end.timing.cachedTokens, again.end.timing.promptTokens - 1);
  },
);

engineTest("the machine is measured once, in a line of the log", "smollm2-135m", async (engine, log) => {
  for (let turn = 0; turn < 2; turn++) await answer(engine, repetition, { maxTokens: 60 });
  const lines = log.filter((line) => line.startsWith("speculation: "));
  assert.equal(lines.length, 1, log.join("\n"));
  assert.match(
    lines[0] ?? "",
    /^speculation: 1, 2[0-9, ]* tokens in one step take [0-9., ]+ ms: (off, no draft pays|a draft pays where \d+ % )/,
  );
});
