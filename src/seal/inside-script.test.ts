import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { test } from "node:test";
import { insideScript, shellWord } from "./inside-script.ts";

test("a shell takes every word as it is", () => {
  const words = ["", "a b", "it's", "'", "''", "$HOME `id` $(id)", "\\", "!!", "*", "~", "\n\t", "ä€😀", "-n", "#", "\u0001\u007f"];
  const script = `for word in ${words.map((word) => shellWord(word)).join(" ")}; do printf '%s\\0' "$word"; done`;
  assert.deepEqual(execFileSync("/bin/sh", ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1), words);
  assert.throws(() => shellWord("a\0b"), /NUL/);
});

test("nothing runs without the word from the host, and the program's environment is tidied", () => {
  const env = { PATH: "/usr/bin:/bin", NO_PROXY: "10.0.0.0/8", HTTP_PROXY: "http://localhost:3128", TMPDIR: "/tmp/claude", KEPT: "yes" };
  for (const word of ["", "out\n"]) {
    const script = `printf '%s' "$0" | { exec 3<&0; ${insideScript} }`;
    const refused = spawnSync("/bin/sh", ["-c", script, word, "/private/tmp", "env"], { encoding: "utf8", env });
    assert.deepEqual([refused.status, refused.stdout], [125, ""]);
  }
  const script = `printf 'in\\n' | { exec 3<&0; ${insideScript} }`;
  const { stdout } = spawnSync("/bin/sh", ["-c", script, "inside.sh", "/private/tmp", "env"], { encoding: "utf8", env });
  const names = stdout
    .split("\n")
    .filter((line) => /^(NO_PROXY|HTTP_PROXY|TMPDIR|CLAUDE_CODE_TMPDIR|KEPT|word)=/.test(line))
    .sort();
  assert.deepEqual(names, [
    "CLAUDE_CODE_TMPDIR=/private/tmp",
    "HTTP_PROXY=http://localhost:3128",
    "KEPT=yes",
    "NO_PROXY=localhost,127.0.0.1,::1",
    "TMPDIR=/private/tmp",
  ]);
});
