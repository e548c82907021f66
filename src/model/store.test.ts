import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readFile, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { catalogue } from "./catalogue.ts";
import { importModel, safeName } from "./import.ts";
import { removeModel, requireModel } from "./installed.ts";
import { listModels, nearestName } from "./list.ts";
import { ggufOf, sampleValues, sha256, withFolder } from "./sample.test.data.ts";
import { modelPath } from "./store.ts";
import { verifyModel } from "./verify.ts";

const signal = new AbortController().signal;
const sample = ggufOf();

async function withFile(
  work: (home: string, file: string) => Promise<void>,
  name = "My Model (Q4).gguf",
  bytes: Uint8Array = sample,
): Promise<void> {
  await withFolder(async (folder) => {
    const file = join(folder, name);
    await writeFile(file, bytes);
    await work(join(folder, "home"), file);
  });
}

test("the catalogue is sound", () => {
  assert.equal(new Set(catalogue.map((entry) => entry.name)).size, catalogue.length);
  for (const entry of catalogue) {
    assert.match(entry.sha256, /^[0-9a-f]{64}$/);
    assert.ok(modelPath("/home", entry.name).endsWith(`/models/${entry.name}.gguf`));
    const { requirements, partBytes } = entry.packages;
    assert.equal(Math.ceil(entry.bytes / partBytes), requirements.length, `${entry.name}: parts and bytes agree`);
    for (const requirement of requirements) assert.match(requirement, /^[a-z0-9-]+==\d+(\.\d+)*$/);
  }
});

test("a name cannot leave the store", () => {
  for (const name of ["", "..", "../x", "a/b", "/etc/passwd", "a\0b", "-x", ".hidden", "x.", "A", "x".repeat(65), "a\nb"])
    assert.throws(() => modelPath("/home", name), { name: "CloisterError", code: "bad-request" }, JSON.stringify(name));
});

test("an unknown file is imported under a safe name, listed, required, verified and removed", async () => {
  await withFile(async (home, file) => {
    const result = await importModel(home, file, { signal });
    assert.equal(result.name, "my-model-q4");
    assert.equal(result.known, false);
    assert.ok((await readFile(result.path)).equals(sample));
    assert.ok(existsSync(file), "the original stays");

    const listed = (await listModels(home)).find((model) => model.name === "my-model-q4");
    assert.deepEqual(listed?.state, { kind: "installed" });
    assert.equal(listed?.trainedWindow, 512);
    assert.equal(listed?.guidance, undefined);
    const required = await requireModel(home, "my-model-q4");
    assert.equal(required.entry, undefined);
    assert.equal(required.metadata.architecture, "llama");
    const verified = await verifyModel(home, "my-model-q4", signal);
    assert.deepEqual([verified.against, verified.sha256], ["import", sha256(sample)]);

    await assert.rejects(importModel(home, file, { signal }), { code: "bad-request", message: /already/ });
    assert.ok((await removeModel(home, "my-model-q4")) >= sample.length);
    await assert.rejects(removeModel(home, "my-model-q4"), { code: "not-found" });
    assert.equal((await importModel(home, file, { signal, name: "other" })).name, "other");
  });
});

test("a symbolic link is imported as the file that it points to", async () => {
  await withFile(async (home, file) => {
    const pointer = join(home, "..", "pointer.gguf");
    await symlink(file, pointer);
    const { path } = await importModel(home, pointer, { signal });
    assert.ok((await stat(path)).isFile());
    assert.ok((await readFile(path)).equals(sample));
  });
});

test("a catalogue name is for the file with the pinned digest alone", async () => {
  await withFile(async (home, file) => {
    await assert.rejects(importModel(home, file, { signal, name: "smollm2-135m" }), {
      code: "damaged",
      message: /is not smollm2-135m: its sha256/,
    });
    assert.equal(existsSync(modelPath(home, "smollm2-135m")), false);
  });
  await withFile(async (home, file) => await assert.rejects(importModel(home, file, { signal }), { code: "damaged" }), "smollm2-135m.gguf");
});

test("what is no model, or cannot have a name, is not imported", async () => {
  await withFile(
    async (home, file) => await assert.rejects(importModel(home, file, { signal }), { code: "damaged" }),
    "page.gguf",
    Buffer.from("<html>"),
  );
  await withFile(async (home, file) => await assert.rejects(importModel(home, file, { signal }), { code: "bad-request" }), "()).gguf");
  await withFile(async (home, file) => {
    await assert.rejects(importModel(home, file, { signal, name: "../../x" }), { code: "bad-request" });
    await assert.rejects(importModel(home, `${file}.none`, { signal }), { code: "not-found" });
  });
});

test("a cancelled import leaves nothing", async () => {
  await withFile(async (home, file) => {
    const stop = new AbortController();
    stop.abort();
    await assert.rejects(importModel(home, file, { signal: stop.signal }), { code: "cancelled" });
    assert.equal(existsSync(modelPath(home, "my-model-q4")), false);
  });
});

test("a changed file is found by verify and stays where it is", async () => {
  await withFile(async (home, file) => {
    const { path } = await importModel(home, file, { signal });
    const changed = Buffer.from(sample);
    changed[changed.length - 1] = ~changed[changed.length - 1]! & 0xff;
    await writeFile(path, changed);
    await assert.rejects(verifyModel(home, "my-model-q4", signal), { code: "damaged", message: /my-model-q4 is damaged/ });
    assert.ok(existsSync(path));
    await truncate(path, 300);
    await assert.rejects(requireModel(home, "my-model-q4"), { code: "damaged", message: /cut short/ });
    assert.equal((await listModels(home)).find((model) => model.name === "my-model-q4")?.state.kind, "damaged");
  });
});

test("what is missing is said with the command that gets it, what is unknown with what there is", async () => {
  await withFolder(async (home) => {
    await assert.rejects(requireModel(home, "qwen2.5-coder-1.5b"), { code: "missing", hint: "cloister model pull qwen2.5-coder-1.5b" });
    await assert.rejects(requireModel(home, "qwen2.5-coder"), {
      code: "not-found",
      message: /Known: smollm2-135m/,
      hint: /qwen2\.5-coder-0\.5b/,
    });
    await assert.rejects(requireModel(home, "../../etc/passwd"), { code: "not-found", hint: "cloister model list" });
    assert.deepEqual(
      (await listModels(home)).map((model) => model.state.kind),
      catalogue.map(() => "absent"),
    );

    await mkdir(join(home, "models"), { recursive: true });
    await writeFile(join(home, "models", "smollm2-135m.partial"), "");
    await truncate(join(home, "models", "smollm2-135m.partial"), 49_181_216);
    await assert.rejects(requireModel(home, "smollm2-135m"), { code: "missing", message: /50 %/ });
    assert.deepEqual((await listModels(home))[0]?.state, { kind: "partial", bytes: 49_181_216, share: 0.5 });
    await writeFile(modelPath(home, "smollm2-135m"), ggufOf(sampleValues));
    await assert.rejects(requireModel(home, "smollm2-135m"), { code: "damaged", message: /should have 98362432/ });
    await removeModel(home, "smollm2-135m");
    assert.equal((await listModels(home))[0]?.state.kind, "absent");
  });
});

test("names", () => {
  assert.equal(safeName("/media/usb/Llama-3 8B (Q4).GGUF"), "llama-3-8b-q4");
  assert.equal(safeName("..gguf"), "");
  assert.equal(nearestName("qwen", ["smollm2-135m"]), undefined);
  assert.equal(nearestName("SMOLLM-135M", ["qwen2.5-coder-0.5b", "smollm2-135m"]), "smollm2-135m");
});
