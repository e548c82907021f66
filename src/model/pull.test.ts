import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { CloisterError } from "../error.ts";
import { pullModel, type PullEvent, type PullOptions } from "./pull.ts";
import { entryFor, noise, withFolder } from "./sample.test.data.ts";
import type { Source, SourceRequest } from "./source.ts";

const content = noise(5_000_000);
const entry = entryFor(content);
const chunkBytes = 100_000;

/** A source that hands over `bytes` and notes where it was asked to begin. */
function sourceOf(
  name: string,
  bytes: Uint8Array,
  during: (at: number) => void | Promise<void> = () => {},
): Source & { readonly offsets: number[] } {
  const offsets: number[] = [];
  return {
    name,
    scratchBytes: 0,
    offsets,
    async *read({ offset }: SourceRequest) {
      offsets.push(offset);
      for (let at = offset; at < bytes.length; at += chunkBytes) {
        await during(at);
        yield bytes.subarray(at, Math.min(bytes.length, at + chunkBytes));
      }
    },
  };
}

function deadSource(name: string, reason = "it does not answer"): Source & { readonly offsets: number[] } {
  return sourceOf(name, content, () => {
    throw new CloisterError("unreachable", reason);
  });
}

function options(sources: readonly Source[], more: Partial<PullOptions> = {}): PullOptions {
  return { env: {}, signal: new AbortController().signal, entry, sources, ...more };
}

async function refusal(pulling: Promise<unknown>): Promise<CloisterError> {
  const thrown: unknown = await pulling.then(
    () => assert.fail("the pull succeeded"),
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof CloisterError, String(thrown));
  return thrown;
}

async function filesOf(home: string): Promise<string[]> {
  return (await readdir(join(home, "models"))).toSorted();
}

test("a whole file gets its name, and is not fetched again", async () => {
  await withFolder(async (home) => {
    const events: PullEvent[] = [];
    const source = sourceOf("first", content);
    let clock = 0;
    const now = (): number => (clock += 100);
    const result = await pullModel(home, entry.name, options([source], { observe: (event) => events.push(event), now }));
    assert.equal(result.source, "first");
    assert.ok((await readFile(result.path)).equals(content));
    assert.deepEqual(await filesOf(home), ["sample.gguf"]);

    const progress = events.filter((event) => event.type === "progress");
    assert.ok(progress.length > 5);
    assert.equal(progress.at(-1)?.bytes, content.length);
    const middle = progress[Math.floor(progress.length / 2)];
    // 100 kB for every reading of the clock, 100 ms apart.
    assert.ok(middle?.rate !== undefined && Math.abs(middle.rate - 1e6) < 1e5, `rate ${middle?.rate}`);
    assert.ok(Math.abs((middle.secondsLeft ?? 0) - (content.length - middle.bytes) / middle.rate) < 0.01);

    assert.equal((await pullModel(home, entry.name, options([source]))).source, undefined);
    assert.deepEqual(source.offsets, [0]);
  });
});

test("the next source is asked when one does not answer, and says so", async () => {
  await withFolder(async (home) => {
    const events: PullEvent[] = [];
    const result = await pullModel(
      home,
      entry.name,
      options([deadSource("first"), sourceOf("second", content)], { observe: (event) => events.push(event) }),
    );
    assert.equal(result.source, "second");
    assert.deepEqual(
      events.filter((event) => event.type === "source-failed"),
      [{ type: "source-failed", source: "first", reason: "it does not answer" }],
    );
  });
});

test("a file with another digest is refused and removed, whatever its source", async () => {
  await withFolder(async (home) => {
    const wrong = Buffer.from(content);
    wrong[4_999_999] = ~wrong[4_999_999]! & 0xff;
    const error = await refusal(pullModel(home, entry.name, options([sourceOf("first", wrong)])));
    assert.equal(error.code, "damaged");
    assert.match(error.message, /first: it has another file.*sha256/);
    assert.deepEqual(await filesOf(home), []);
    assert.equal((await pullModel(home, entry.name, options([sourceOf("first", wrong), sourceOf("second", content)]))).source, "second");
  });
});

test("a file that goes on too long is refused and removed", async () => {
  await withFolder(async (home) => {
    const error = await refusal(pullModel(home, entry.name, options([sourceOf("first", Buffer.concat([content, Buffer.from("x")]))])));
    assert.equal(error.code, "damaged");
    assert.match(error.message, /more than 5000000 bytes/);
    assert.deepEqual(await filesOf(home), []);
  });
});

test("what a short source brought is kept, and the next one goes on from there", async () => {
  await withFolder(async (home) => {
    const short = sourceOf("first", content.subarray(0, 2_000_000));
    const second = sourceOf("second", content);
    assert.equal((await pullModel(home, entry.name, options([short, second]))).source, "second");
    assert.deepEqual(second.offsets, [2_000_000]);
  });
});

test("a source that breaks off is asked again for the rest", async () => {
  await withFolder(async (home) => {
    let breaks = 0;
    const source = sourceOf("first", content, (at) => {
      if (at === 2_000_000 && breaks++ === 0) throw new CloisterError("unreachable", "the connection broke");
    });
    assert.equal((await pullModel(home, entry.name, options([source]))).source, "first");
    assert.deepEqual(source.offsets, [0, 2_000_000]);
  });
});

test("Ctrl-C leaves a partial file that the next pull goes on from", async () => {
  await withFolder(async (home) => {
    const stop = new AbortController();
    const source = sourceOf("first", content, (at) => {
      if (at === 3_000_000) stop.abort();
    });
    const error = await refusal(pullModel(home, entry.name, options([source], { signal: stop.signal })));
    assert.equal(error.code, "cancelled");
    assert.deepEqual(await filesOf(home), ["sample.partial", "sample.partial.json"]);
    const again = sourceOf("first", content);
    await pullModel(home, entry.name, options([again]));
    assert.deepEqual(again.offsets, [3_000_000]);
    assert.deepEqual(await filesOf(home), ["sample.gguf"]);
  });
});

test("what was written after the last checkpoint is not believed", async () => {
  await withFolder(async (home) => {
    await refusal(pullModel(home, entry.name, options([sourceOf("first", content.subarray(0, 2_000_000))])));
    const partial = join(home, "models", "sample.partial");
    // As after a power cut: longer, but the bytes never came.
    await writeFile(partial, Buffer.concat([await readFile(partial), Buffer.alloc(1_000_000)]));
    const again = sourceOf("first", content);
    await pullModel(home, entry.name, options([again]));
    assert.deepEqual(again.offsets, [2_000_000]);
  });
});

test("a partial file that was changed, has no note, or belongs to another file is begun again", async () => {
  for (const spoil of ["bytes", "note", "owner"] as const)
    await withFolder(async (home) => {
      await refusal(pullModel(home, entry.name, options([sourceOf("first", content.subarray(0, 2_000_000))])));
      const partial = join(home, "models", "sample.partial");
      const note = `${partial}.json`;
      if (spoil === "bytes") await writeFile(partial, Buffer.alloc(2_000_000));
      if (spoil === "note") await writeFile(note, "{");
      if (spoil === "owner") await writeFile(note, (await readFile(note, "utf8")).replace(entry.sha256, "0".repeat(64)));
      const again = sourceOf("first", content);
      await pullModel(home, entry.name, options([again]));
      assert.deepEqual(again.offsets, [0], spoil);
    });
});

test("wrong bytes at the start cost a right source one more try, not the model", async () => {
  await withFolder(async (home) => {
    const good = sourceOf("second", content);
    const result = await pullModel(home, entry.name, options([sourceOf("first", noise(2_000_000, 99)), good]));
    assert.equal(result.source, "second");
    assert.deepEqual(good.offsets, [2_000_000, 0]);
  });
});

test("all sources down: each is named with its reason, and what to do", async () => {
  await withFolder(async (home) => {
    const error = await refusal(
      pullModel(home, entry.name, options([deadSource("first", "ENOTFOUND"), deadSource("second", "pip is not here")])),
    );
    assert.equal(error.code, "unreachable");
    assert.match(error.message, /first: ENOTFOUND; second: pip is not here/);
    assert.match(error.hint ?? "", /cloister model import FILE/);
    assert.deepEqual(await filesOf(home), []);
  });
});

test("a name that nobody knows is refused with the nearest one that is known", async () => {
  await withFolder(async (home) => {
    const error = await refusal(pullModel(home, "qwen2.5-codr-1.5b", { env: {}, signal: new AbortController().signal, sources: [] }));
    assert.equal(error.code, "not-found");
    assert.match(error.message, /smollm2-135m, qwen2\.5-coder-0\.5b, qwen2\.5-coder-1\.5b/);
    assert.match(error.hint ?? "", /qwen2\.5-coder-1\.5b/);
  });
});

test("a disk without room is refused before anything is fetched, with figures", async () => {
  await withFolder(async (home) => {
    const source = sourceOf("first", content);
    const error = await refusal(pullModel(home, entry.name, options([source], { free: () => Promise.resolve(4_000_000) })));
    assert.equal(error.code, "no-space");
    assert.match(error.message, /4 MB free; \d+ MB are needed/);
    assert.deepEqual(source.offsets, []);
    // What is here already needs no room: 2 MB less.
    const needed = content.length + 64 * 1024 * 1024;
    await refusal(pullModel(home, entry.name, options([sourceOf("first", content.subarray(0, 2_000_000))])));
    const result = await pullModel(home, entry.name, options([source], { free: () => Promise.resolve(needed - 2_000_000) }));
    assert.equal(result.source, "first");
  });
});

test("of two pulls at the same time one is refused, with the process that is at it", async () => {
  await withFolder(async (home) => {
    let release = (): void => {};
    const waiting = new Promise<void>((resolve) => (release = resolve));
    let reached = (): void => {};
    const started = new Promise<void>((resolve) => (reached = resolve));
    const slow = sourceOf("first", content, async () => {
      reached();
      await waiting;
    });
    const first = pullModel(home, entry.name, options([slow]));
    await started;
    const error = await refusal(pullModel(home, entry.name, options([sourceOf("second", content)])));
    assert.equal(error.code, "locked");
    assert.match(error.message, new RegExp(`Process ${process.pid}\\b`));
    release();
    assert.equal((await first).source, "first");
    assert.deepEqual(await filesOf(home), ["sample.gguf"]);
  });
});

test("a lock whose process is gone does not hold anybody up", async () => {
  await withFolder(async (home) => {
    await mkdir(join(home, "models"));
    for (const left of ['{"pid":999999999,"id":"x"}', "", "half a l"]) {
      await writeFile(join(home, "models", "sample.lock"), left);
      await pullModel(home, entry.name, options([sourceOf("first", content)]));
      assert.equal(existsSync(join(home, "models", "sample.lock")), false);
    }
    assert.deepEqual(await filesOf(home), ["sample.gguf"]);
  });
});
