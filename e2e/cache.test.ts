import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openStateStore } from "../src/runtime/embedded/state/state-store.ts";
import { finish, onStage, type Stage, start } from "./cli-stage.ts";

const bodyBytes = 5000;

/** What an engine would leave in the home: system text and tools, and a conversation that begins with them. */
async function store(stage: Stage): Promise<void> {
  const identity = { modelDigest: "abc", template: "ours", engine: "engine 1", settings: "lanes 4" };
  const root = join(stage.home, "state");
  const states = openStateStore({
    root,
    cap: 1e9,
    identity,
    modelName: "tiny",
    window: 100,
    log: () => undefined,
    freeBytes: () => 2 ** 40,
    processId: 1,
  });
  for (const [lane, tokens] of [
    [undefined, [1, 2]],
    ["lane", [1, 2, 3]],
  ] as const) {
    const bytes = Buffer.alloc(bodyBytes);
    [0x67677371, 3, tokens.length, ...tokens].forEach((value, at) => bytes.writeUInt32LE(value, 4 * at));
    const write = (path: string): Promise<number> => {
      writeFileSync(path, bytes);
      return Promise.resolve(bytes.length);
    };
    assert.equal(await states.save({ lane, tokens, answers: [], expectedBytes: bodyBytes, write }), true);
  }
}

test("cache show lists what is stored, as words and as JSON; cache clear removes it", async () => {
  await onStage(async (stage) => {
    const cloister = async (...args: string[]): Promise<string> => {
      const { code, out, said } = await finish(start(stage, ["cache", ...args]));
      assert.equal(code, 0, said);
      return out;
    };
    assert.match(await cloister("show"), /^Nothing is stored in /);
    await store(stage);
    const text = await cloister("show");
    assert.match(text, /^a conversation +tiny +3 /m);
    assert.match(text, /^system and tools +tiny +2 /m);
    const shown = JSON.parse(await cloister("show", "--json")) as {
      bytes: number;
      states: { what: string; model: string; tokens: number; bytes: number; path: string }[];
    };
    assert.deepEqual(shown.states.map(({ what, tokens, bytes }) => [what, tokens, bytes]).toSorted(), [
      ["base", 2, bodyBytes],
      ["conversation", 3, bodyBytes],
    ]);
    assert.ok(shown.bytes > 2 * bodyBytes, "manifests count as well");
    const freed = JSON.parse(await cloister("clear", "--json")) as { states: number; bytes: number };
    assert.deepEqual(freed, { states: 2, bytes: shown.bytes });
    for (const { path } of shown.states) assert.equal(existsSync(path), false);
    for (const folder of readdirSync(join(stage.home, "state"))) assert.deepEqual(readdirSync(join(stage.home, "state", folder)), []);
    assert.match(await cloister("clear"), /^There was nothing to remove/);
  });
});
