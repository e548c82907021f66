import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { CloisterError } from "../error.ts";
import { loadScenario } from "./scenario.ts";
import { judge, verifyCheckout } from "./verify.ts";
import type { VerifyOptions, VerifyResult } from "./verify.ts";

const ended = { status: 0, out: "", said: "", stopped: undefined };
const ok = '{"check":"a","ok":true,"why":"w"}\n';
const bad = '{"check":"b","ok":false,"why":"w"}\n';

test("what verify printed and how it ended have to agree", () => {
  assert.equal(judge({ ...ended, out: ok + ok }).outcome, "passed");
  assert.equal(judge({ ...ended, out: ok + bad, status: 1 }).outcome, "failed");
  const not = (result: VerifyResult) => (result.outcome === "could-not-run" ? result.why : assert.fail(result.outcome));
  assert.match(not(judge({ ...ended, out: ok + bad })), /do not bear out/);
  assert.match(not(judge({ ...ended, out: ok, status: 1 })), /do not bear out/);
  assert.match(not(judge(ended)), /no check/);
  assert.match(not(judge({ ...ended, out: "hello\n" })), /no check: hello/);
  assert.match(not(judge({ ...ended, out: '{"check":"a","ok":"yes","why":""}' })), /is no check/);
  assert.match(not(judge({ ...ended, status: 2, said: "the folder is gone" })), /status 2: the folder is gone/);
  assert.match(not(judge({ ...ended, status: null, out: ok, stopped: "too slow" })), /^too slow$/);
});

/** Runs a script of this test's in the place of a scenario's. */
async function run(script: string, options: VerifyOptions = {}): Promise<VerifyResult> {
  const scenario = await loadScenario(resolve(import.meta.dirname, "../../../scenarios/oom-kill"));
  const folder = await mkdtemp(join(tmpdir(), "verify-"));
  try {
    const verify = join(folder, "verify.mjs");
    await writeFile(verify, script);
    return await verifyCheckout({ ...scenario, paths: { ...scenario.paths, verify } }, folder, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("nothing of the environment is inherited, and the checkout is named", async () => {
  const result = await run(
    'console.log(JSON.stringify({ check: "env", ok: true, why: Object.keys(process.env).sort().join() + " " + (process.argv[2] === import.meta.dirname) }))',
  );
  assert.deepEqual(result, { outcome: "passed", checks: [{ check: "env", ok: true, why: "LC_ALL,TZ true" }] });
});

test("a script that hangs, or floods, or throws, judges nothing", async () => {
  const why = async (script: string, options?: VerifyOptions) => {
    const result = await run(script, options);
    return result.outcome === "could-not-run" ? result.why : result.outcome;
  };
  assert.match(await why("setInterval(() => {}, 1000)", { timeoutMs: 300 }), /took longer than 300 ms/);
  assert.match(await why("console.log('x'.repeat(1_000_000)); setInterval(() => {}, 1000)"), /printed more than/);
  assert.match(await why("throw new Error('no such luck')"), /ended with status 1.*|no check/);
});

test("a cancelled verify throws, before it begins and while it runs", async () => {
  const cancelled = (error: unknown) => error instanceof CloisterError && error.code === "cancelled";
  await assert.rejects(run("", { signal: AbortSignal.abort() }), cancelled);
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 100);
  await assert.rejects(run("setInterval(() => {}, 1000)", { signal: stop.signal }), cancelled);
});
