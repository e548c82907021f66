import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { createRepetitionWatch } from "./repetition.ts";

/** Characters until the watch speaks, of a text that comes four characters at a time. */
function caughtAfter(text: string, patience = 1): number | undefined {
  const watch = createRepetitionWatch(patience);
  for (let at = 0; at < text.length; at += 4) if (watch.push(text.slice(at, at + 4)) !== undefined) return at + 4;
  return undefined;
}

const before = "I looked at the pods of the shop and at what they say of themselves.\n";
const block = Array.from({ length: 12 }, (_, line) => `${line}. Look at pod web-${line * 37} and then at the one after it.`).join("\n");

test("a character, a phrase, a line and several lines are caught, whatever stood before", () => {
  const loops: [string, number][] = [
    ["!", 3000],
    ["\n", 3000],
    ["the ", 2000],
    ["and so on and so forth, ", 2000],
    ["Let me check the logs of the pod.\n", 2000],
    ["Error from server (NotFound): the server could not find the requested resource, please try it again in a while\n", 2500],
    [`${block}\n`, 5000],
  ];
  for (const [loop, most] of loops) {
    const at = caughtAfter(before + loop.repeat(8000 / loop.length + 5));
    assert.ok(at !== undefined && at <= before.length + most, `${JSON.stringify(loop.slice(0, 30))} was caught after ${at} characters`);
  }
});

test("it says what was repeated", () => {
  const watch = createRepetitionWatch();
  assert.match(watch.push("abc ".repeat(1000)) ?? "", /(?:abc|bc a|c ab).*again and again/);
  assert.match(createRepetitionWatch().push("\n".repeat(3000)) ?? "", /blanks/);
});

test("arguments of a call may say more of the same", () => {
  const zeros = "0, 0, 0, 0, 0, 0, 0, 0,\n".repeat(100);
  assert.notEqual(caughtAfter(zeros), undefined);
  assert.equal(caughtAfter(zeros, 4), undefined);
  assert.notEqual(caughtAfter("x".repeat(10_000), 4), undefined);
});

const time = (n: number): string => new Date(1_700_000_000_000 + n * 1000).toISOString();
const many = (count: number, line: (n: number) => string): string => Array.from({ length: count }, (_, n) => line(n)).join("\n");

const legitimate: Readonly<Record<string, string>> = {
  table: `| name | ready | restarts |\n| --- | --- | --- |\n${many(200, (n) => `| web-${n} | 1/1 | 0 |`)}`,
  "table of zeros": many(60, (n) => `| ${String(n).padStart(3)} | 0 | 0 | 0 | 0 | 0 |`),
  "a list in YAML": many(
    200,
    (n) => `  - name: web-${n}\n    image: registry.local/web:1.4.2\n    ports:\n      - containerPort: 8080\n        protocol: TCP`,
  ),
  "equal items in YAML": `env:\n${"  - name: DEBUG\n    value: 'true'\n".repeat(12)}`,
  base64: createHash("sha512").update("a").digest("base64").repeat(1) + Buffer.from(many(400, time)).toString("base64"),
  "rules in Markdown": `${"-".repeat(120)}\n# Title\n${"=".repeat(200)}\n${"* * *\n".repeat(10)}`,
  box: `┌${"─".repeat(300)}┐\n${many(20, (n) => `│ ${String(n).padEnd(298)} │`)}\n└${"─".repeat(300)}┘`,
  "similar lines of code": many(120, (n) => `  if (value === ${n}) return table[${n}] ?? fallback;`),
  "nested closing brackets": "  }\n".repeat(40) + "});\n".repeat(20),
  "a quoted log": many(300, (n) => `${time(n)} ERROR web: connection to db:5432 refused, trying again in 5s`),
  "a quoted log without times": "Warning  BackOff  kubelet  Back-off restarting failed container web in pod web-7d4b9\n".repeat(12),
  "a hex dump": many(
    200,
    (n) => `${(n * 16).toString(16).padStart(8, "0")}  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|`,
  ),
  indentation: many(60, (n) => `${" ".repeat(120)}${n}`),
};

for (const [name, text] of Object.entries(legitimate)) {
  test(`${name} is not taken for a loop`, () => {
    assert.equal(caughtAfter(text), undefined);
  });
}

test("nor is any file of this project", () => {
  const root = resolve(import.meta.dirname, "../../..");
  let files = 0;
  for (const folder of ["src", "docs", "scenarios", "runbooks", "e2e"])
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.(?:ts|md|ya?ml|json)$/.test(entry.name)) continue;
      const path = join(entry.parentPath, entry.name);
      assert.equal(caughtAfter(readFileSync(path, "utf8")), undefined, path);
      files++;
    }
  assert.ok(files > 100, `${files} files were read`);
});
