import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { type FoundState, openStateStore, type StateStore, type StateStoreOptions } from "./state-store.ts";
import { clearStates, listStates } from "./stored-states.ts";

const identity = { modelDigest: "abc", template: "ours", engine: "engine 1", settings: "lanes 4" };

/** As llama.cpp begins a state, and then something of the model's. */
function stateBytes(tokens: readonly number[], body = "state"): Buffer {
  const header = Buffer.alloc(12 + 4 * tokens.length);
  [0x67677371, 3, tokens.length, ...tokens].forEach((value, at) => header.writeUInt32LE(value, 4 * at));
  return Buffer.concat([header, Buffer.from(body)]);
}

interface Stage {
  readonly root: string;
  readonly lines: string[];
  open(change?: Partial<StateStoreOptions>): StateStore;
  save(store: StateStore, lane: string | undefined, tokens: readonly number[], body?: string): Promise<boolean>;
}

async function onStage(play: (stage: Stage) => Promise<void>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "cloister-state-"));
  const lines: string[] = [];
  try {
    await play({
      root,
      lines,
      open: (change) =>
        openStateStore({ root, cap: 1e9, identity, modelName: "m", window: 100, log: (line) => lines.push(line), processId: 1, ...change }),
      save: (store, lane, tokens, body) =>
        store.save({
          lane,
          tokens,
          answers: [{ text: `said ${tokens.length}`, tokens: [1] }],
          expectedBytes: stateBytes(tokens, body).length,
          async write(path) {
            writeFileSync(path, stateBytes(tokens, body));
            return stateBytes(tokens, body).length;
          },
        }),
    });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function only(found: readonly FoundState[]): FoundState {
  assert.equal(found.length, 1);
  return found[0] as FoundState;
}

test("what was saved is found by another process, with its tokens and answers", async () => {
  await onStage(async ({ open, save, lines }) => {
    const store = open();
    assert.deepEqual(store.find("lane"), []);
    assert.equal(await save(store, "lane", [1, 2, 3]), true);
    assert.equal(await save(store, undefined, [1, 2]), true);
    assert.equal(store.hasBase([1, 2]), true);
    assert.equal(store.hasBase([1]), false);

    const other = open({ processId: 2 });
    const found = other.find("lane");
    assert.deepEqual(found.map(({ tokens }) => [...tokens]).toSorted(), [
      [1, 2],
      [1, 2, 3],
    ]);
    for (const each of found) assert.equal(await other.verify(each), true);
    assert.deepEqual([...only(other.find("another lane")).tokens], [1, 2]);
    assert.deepEqual(
      other
        .answers()
        .map(({ text }) => text)
        .toSorted(),
      ["said 2", "said 3"],
    );
    assert.deepEqual(lines, []);
  });
});

test("a conversation's new state takes the place of the old one", async () => {
  await onStage(async ({ root, open, save }) => {
    const store = open();
    for (const tokens of [[1], [1, 2], [1, 2, 3]]) await save(store, "lane", tokens);
    assert.deepEqual([...only(store.find("lane")).tokens], [1, 2, 3]);
    const { states, leftovers } = listStates(root);
    assert.equal(states.length, 1);
    assert.deepEqual(leftovers, []);
    assert.equal(readdirSync(dirname(states[0]?.statePath ?? "")).length, 2);
  });
});

test("a state of another model, template, engine or number of lanes is not found", async () => {
  await onStage(async ({ open, save, lines }) => {
    await save(open(), "lane", [1, 2]);
    for (const key of ["modelDigest", "template", "engine", "settings"] as const)
      assert.deepEqual(open({ identity: { ...identity, [key]: "another" } }).find("lane"), [], key);
    assert.deepEqual(open({ window: 1 }).find("lane"), [], "one that is longer than the window is left to others");
    assert.deepEqual(lines, []);
    assert.equal(open().find("lane").length, 1);
  });
});

const damages: Record<string, (state: FoundState) => void> = {
  "cut short": ({ statePath }) => truncateSync(statePath, 14),
  "cut within its header": ({ statePath, manifest, manifestPath }) => {
    truncateSync(statePath, 7);
    writeFileSync(manifestPath, JSON.stringify({ ...manifest, bytes: 7 }));
  },
  empty: ({ statePath }) => truncateSync(statePath, 0),
  gone: ({ statePath }) => rmSync(statePath),
  "a folder": ({ statePath }) => {
    rmSync(statePath);
    mkdirSync(statePath);
  },
  "foreign bytes of the same length": ({ statePath, manifest }) => writeFileSync(statePath, Buffer.alloc(manifest.bytes, 7)),
  "of other tokens": ({ statePath }) => writeFileSync(statePath, stateBytes([1, 9])),
  "of another body": ({ statePath }) => writeFileSync(statePath, stateBytes([1, 2], "stale")),
  "another model's manifest": ({ manifestPath, manifest }) =>
    writeFileSync(manifestPath, JSON.stringify({ ...manifest, identity: { ...manifest.identity, modelDigest: "x" } })),
  "a manifest that is no JSON": ({ manifestPath }) => writeFileSync(manifestPath, "{"),
  "a manifest of another format": ({ manifestPath, manifest }) => writeFileSync(manifestPath, JSON.stringify({ ...manifest, format: 2 })),
  "a manifest that names a file elsewhere": ({ manifestPath, manifest }) =>
    writeFileSync(manifestPath, JSON.stringify({ ...manifest, file: "../../secret.state" })),
  "a manifest that says more tokens than there are": ({ statePath, manifestPath, manifest }) => {
    const lying = stateBytes([1, 2]);
    lying.writeUInt32LE(90, 8);
    writeFileSync(statePath, lying);
    writeFileSync(manifestPath, JSON.stringify({ ...manifest, tokens: 90 }));
  },
};

for (const [what, damage] of Object.entries(damages)) {
  test(`a state that is damaged is skipped with one line and can be saved again: ${what}`, async () => {
    await onStage(async ({ open, save, lines }) => {
      const store = open();
      await save(store, "lane", [1, 2]);
      damage(only(store.find("lane")));
      const useful: FoundState[] = [];
      for (const found of store.find("lane")) if (await store.verify(found)) useful.push(found);
      assert.deepEqual(useful, []);
      assert.equal(lines.length, 1, lines.join("\n"));
      assert.match(lines[0] ?? "", /is skipped/);
      assert.deepEqual(store.find("lane"), [], "it is not looked at again");
      assert.equal(lines.length, 1);
      if (what !== "a folder") assert.equal(await save(store, "lane", [1, 2, 3]), true);
    });
  });
}

test("a full disk is one line, and leaves what was there", async () => {
  await onStage(async ({ root, open, save, lines }) => {
    const store = open();
    await save(store, "lane", [1, 2]);
    const full = async (path: string): Promise<number> => {
      writeFileSync(path, "half");
      throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    };
    assert.equal(await store.save({ lane: "lane", tokens: [1, 2, 3], answers: [], expectedBytes: 10, write: full }), false);
    const short = async (path: string): Promise<number> => {
      writeFileSync(path, "half");
      return 50;
    };
    assert.equal(await store.save({ lane: "lane", tokens: [1, 2, 3], answers: [], expectedBytes: 10, write: short }), false);
    assert.equal(lines.length, 2);
    assert.match(lines[0] ?? "", /ENOSPC.*goes on/);
    assert.match(lines[1] ?? "", /4 bytes of 50/);
    assert.deepEqual([...only(store.find("lane")).tokens], [1, 2]);
    assert.deepEqual(listStates(root).leftovers, []);

    const tight = open({ freeBytes: () => 2 ** 30 - 1000 });
    assert.equal(await save(tight, "lane", [1, 2, 3]), false);
    assert.equal(lines.length, 3);
  });
});

test("a folder that cannot be written is one line", async () => {
  await onStage(async ({ root, open, save, lines }) => {
    const file = join(root, "file");
    writeFileSync(file, "");
    assert.equal(await save(open({ root: file }), "lane", [1, 2]), false);
    assert.equal(lines.length, 1);
    assert.deepEqual(open({ root: file }).find("lane"), []);
  });
});

test("over the cap what was used longest ago is removed; what is larger than the cap is not written", async () => {
  await onStage(async ({ root, open, save, lines }) => {
    const store = open({ cap: 6_000 });
    const body = "x".repeat(1500);
    for (const [age, lane] of ["a", "b", "c"].entries()) {
      await save(store, lane, [age], body);
      const { manifestPath } = only(store.find(lane));
      utimesSync(manifestPath, 1_000_000 + age, 1_000_000 + age);
    }
    assert.equal(await store.verify(only(store.find("a"))), true, "it is marked as used");
    await save(store, "d", [4], body);
    assert.deepEqual(
      ["a", "b", "c", "d"].filter((lane) => store.find(lane).length > 0),
      ["a", "c", "d"],
    );
    assert.ok(listStates(root).bytes <= 6_000);
    assert.equal(await save(store, "e", [5], "x".repeat(7_000)), false);
    assert.equal(lines.length, 1);
    assert.equal(listStates(root).states.length, 3);
  });
});

test("what a killed process left is removed after a while, and clearing leaves other people's files", async () => {
  await onStage(async ({ root, open, save }) => {
    const store = open();
    await save(store, "lane", [1, 2]);
    const folder = dirname(only(store.find("lane")).statePath);
    const [fresh, old] = [join(folder, "conversation-1-state.tmp"), join(folder, "conversation-2.state")];
    for (const path of [fresh, old]) writeFileSync(path, "half");
    utimesSync(old, 1000, 1000);
    await save(store, undefined, [1]);
    assert.deepEqual([existsSync(fresh), existsSync(old)], [true, false]);

    const theirs = join(folder, "NOTES.txt");
    writeFileSync(theirs, "mine");
    const before = listStates(root).bytes;
    assert.deepEqual(clearStates(root), { states: 2, bytes: before });
    assert.equal(readFileSync(theirs, "utf8"), "mine");
    assert.deepEqual(readdirSync(folder), ["NOTES.txt"]);
    assert.deepEqual(clearStates(join(root, "nowhere")), { states: 0, bytes: 0 });
  });
});
