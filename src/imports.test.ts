import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { test } from "node:test";

/**
 * Which room may import which; `docs/architecture.md` holds the same table. `src/error.ts` and `src/abort.ts` may be imported by all. `types` marks
 * an import that may only be of types.
 */
const allowed: Record<string, readonly string[]> = {
  messages: [],
  prompt: ["messages"],
  runbook: ["messages"],
  model: [],
  record: ["messages"],
  window: ["messages"],
  triage: ["messages"],
  runtime: ["messages", "prompt", "model"],
  gateway: ["messages", "prompt", "runbook", "window", "model", "runtime", "record"],
  client: [],
  seal: [],
  session: ["client", "seal"],
  incident: ["messages", "runbook", "triage", "client", "seal", "session", "record"],
  eval: ["incident", "bench"],
  cli: [
    "messages",
    "prompt",
    "runbook",
    "model",
    "record",
    "triage",
    "runtime",
    "gateway",
    "client",
    "seal",
    "session",
    "incident",
    "eval",
    "bench",
  ],
};

const root = resolve(import.meta.dirname, "../..");
const source = join(root, "src");

function* typescriptFiles(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* typescriptFiles(path);
    else if (entry.name.endsWith(".ts")) yield path;
  }
}

const importPattern = /(?:import|export)\s[^;]*?from\s+"(\.[^"]+)"|import\(\s*"(\.[^"]+)"\s*\)|import\s+"(\.[^"]+)"/g;

test("imports flow one way, as docs/architecture.md says", () => {
  const wrong: string[] = [];
  for (const file of typescriptFiles(source)) {
    const room = relative(source, file).split(sep)[0] ?? "";
    if (room.endsWith(".ts")) continue;
    const may = allowed[room];
    assert.ok(may, `src/${room} is not in the table of rooms: add it there and to docs/architecture.md`);
    for (const match of readFileSync(file, "utf8").matchAll(importPattern)) {
      const target = match[1] ?? match[2] ?? match[3] ?? "";
      // `bench/` lies beside `src/`: its programs are commands of their own, and `cloister bench` is one.
      const other =
        relative(source, resolve(dirname(file), target))
          .split(sep)
          .find((part) => part !== "..") ?? "";
      if (other === room || other === "error.ts" || other === "abort.ts" || may.includes(other)) continue;
      wrong.push(`${relative(root, file)} imports ${target}: ${room} may not import ${other}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("only cli/ reads argv, the environment and the terminal", () => {
  const wrong: string[] = [];
  for (const file of typescriptFiles(source)) {
    const path = relative(source, file);
    if (path.startsWith(`cli${sep}`) || path.endsWith(".test.ts")) continue;
    // The engine's process is a program of its own: it is told its environment by whoever starts it and reads nothing else.
    const text = readFileSync(file, "utf8");
    for (const word of ["process.argv", "process.env", "process.stdout", "process.stderr", "process.stdin", "console."]) {
      if (text.includes(word)) wrong.push(`${path} uses ${word}`);
    }
  }
  assert.deepEqual(wrong, []);
});
