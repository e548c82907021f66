import assert from "node:assert/strict";
import { test } from "node:test";
import type { Call } from "../messages/conversation.ts";
import { cutResult } from "./cut-result.ts";
import { randomFrom } from "./random.test.data.ts";

/** Words and line ends: near enough to a tokenizer for bounds, and not proportional to characters. */
const count = (text: string): Promise<number> => Promise.resolve(text.match(/[A-Za-z0-9]{1,8}|[^A-Za-z0-9 ]/gu)?.length ?? 0);
const call = (name: string, input: Call["input"]): Call => ({ id: "c", name, input });
const logs = call("Bash", { command: "kubectl logs web-1 -n shop" });

const cut = async (text: string, by: Call | undefined, share: number) => await cutResult(text, by, await count(text), share, count);
const log = Array.from({ length: 2000 }, (_, line) => `line ${line + 1} of the log`).join("\n");

test("what fits its share is left alone", async () => {
  assert.equal(await cut(log, logs, 100_000), undefined);
});

test("head and tail are whole lines, and between them stands what is missing and how to see it", async () => {
  const result = await cut(log, logs, 2000);
  assert.ok(result);
  assert.ok(result.tokens <= 2000 && result.tokens > 1500, String(result.tokens));
  const lines = result.text.split("\n");
  const at = lines.findIndex((line) => line.startsWith("[cloister: "));
  const [, from = "", to = "", of = ""] = /lines (\d+) to (\d+) of (\d+)/.exec(lines[at] ?? "") ?? [];
  assert.deepEqual(
    [lines[at - 1], lines[at + 1], of],
    [`line ${Number(from) - 1} of the log`, `line ${Number(to) + 1} of the log`, "2000"],
  );
  assert.deepEqual([lines[0], lines.at(-1)], ["line 1 of the log", "line 2000 of the log"]);
  assert.ok(at > lines.length / 2, "more of the beginning than of the end");
  const until = Number(from) + lines.length - 2;
  assert.ok(lines[at]?.endsWith(`To see a part of them: kubectl logs web-1 -n shop 2>&1 | sed -n '${from},${until}p']`), lines[at]);
});

test("the way to see the rest fits the call", async () => {
  const note = async (by: Call | undefined, text = log): Promise<string> => {
    const result = await cut(text, by, 1000);
    return result?.text.split("\n").find((line) => line.startsWith("[cloister: ")) ?? "";
  };
  assert.match(await note(call("Bash", { command: "cd /w && make test" })), /: \(cd \/w && make test\) 2>&1 \| sed -n '\d+,\d+p'\]$/);
  assert.match(
    await note(call("Bash", { command: "cat <<EOF\nx\nEOF" })),
    /run the same command with `\| sed -n '\d+,\d+p'` behind it\.\]$/,
  );
  assert.match(await note(call("Grep", { pattern: "x" })), /Call Grep again for less at a time\.\]$/);
  assert.match(await note(undefined), /Ask for less at a time\.\]$/);
  for (const mark of ["→", "\t"]) {
    const file = Array.from({ length: 900 }, (_, line) => `${String(line + 301).padStart(6)}${mark}text ${line}`).join("\n");
    const told = await note(call("Read", { file_path: "/w/a.ts" }), file);
    const [, from = "", offset = "", limit = ""] =
      /lines (\d+) to .* Read \/w\/a\.ts with offset (\d+) and limit (\d+)\.\]$/.exec(told) ?? [];
    assert.equal(Number(offset), Number(from) + 300, told);
    assert.ok(Number(limit) > 10 && Number(limit) < 900);
  }
});

test("a line without an end is cut in characters, none of them in two", async () => {
  for (const text of ["😀".repeat(3000), "a,".repeat(20_000), `${"x ".repeat(9000)}\nend`]) {
    const result = await cut(text, logs, 500);
    assert.ok(result && result.tokens <= 500, result?.text.slice(0, 200));
    assert.match(result.text, /\[cloister: \d+ characters \(about \d+ tokens\) are left out here\./);
    assert.ok(!/\p{Surrogate}/u.test(result.text));
  }
});

test("whatever the text, the cut fits, says so, and is not cut again", async () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = randomFrom(seed);
    const words = ["pod", "error", "{}", "日本語", "😀", "\t", "----------", "", "0123456789abcdef"];
    const text = Array.from({ length: 200 + random(400) }, () =>
      Array.from({ length: random(30) }, () => words[random(words.length)]).join(random(5) === 0 ? "" : " "),
    ).join("\n");
    const tokens = await count(text);
    const share = 200 + random(tokens);
    const result = await cutResult(text, logs, tokens, share, count);
    if (tokens <= share) {
      assert.equal(result, undefined);
      continue;
    }
    assert.ok(result && result.tokens <= share, `seed ${seed}: ${result?.tokens} of ${share}`);
    assert.equal(result.tokens, await count(result.text));
    assert.equal(result.text.split("[cloister: ").length, 2);
    const [head = "", tail = ""] = result.text.split(/\n?\[cloister: .*\]\n?/);
    assert.ok(text.startsWith(head) && text.endsWith(tail), `seed ${seed}`);
    assert.deepEqual(await cutResult(text, logs, tokens, share, count), result);
    assert.equal(await cutResult(result.text, logs, result.tokens, share, count), undefined);
  }
});
