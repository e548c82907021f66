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
  const request = { ...task, stop: ["<|im_end|>"], maxTokens: 160, temperature: 0, ...change };
  for await (const event of engine.run(request, patient)) {
    if (event.type === "text") text += event.text;
    if (event.type === "ended") return { text, end: event };
  }
  assert.fail("the turn has no end");
}

/** A test with an engine of its own; skipped where the model is not on this machine. One thread: with several, sums are added in another order. */
function engineTest(name: string, model: string, run: (engine: EngineLink, log: readonly string[]) => Promise<void>): void {
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
      await run(engine, log);
    } finally {
      await engine.close();
    }
  });
}

for (const model of ["smollm2-135m", "qwen2.5-coder-0.5b"])
  engineTest("at temperature 0 the answer is the one without drafts", model, async (engine) => {
    for (const task of [...copyFreely, ...copyInCalls]) {
      const plain = await answer(engine, task, { speculation: "off" });
      const drafted = await answer(engine, task, { speculation: "always" });
      console.log(model, plain.text === drafted.text, JSON.stringify(drafted.end.timing), JSON.stringify(plain.text.slice(0,200)));
      if (plain.text !== drafted.text) console.log("PLAIN", plain.text, "\nDRAFT", drafted.text);
    }
  });
