import { rm } from "node:fs/promises";
import { CloisterError } from "../error.ts";
import { findEntry, type CatalogueEntry } from "./catalogue.ts";
import { readGguf, type GgufMetadata } from "./gguf.ts";
import { unknownModel } from "./list.ts";
import { withLock } from "./lock.ts";
import { fileBytes, isModelName, modelPath, storePath } from "./store.ts";

/** A model that can be handed to the engine. `entry` is `undefined` for one that the catalogue does not know. */
export interface InstalledModel {
  readonly path: string;
  readonly entry: CatalogueEntry | undefined;
  readonly metadata: GgufMetadata;
}

/**
 * The model of that name, its file's header read and its length checked. Throws `not-found` (a name that nobody knows), `missing`
 * (known, but not here), `damaged`.
 */
export async function requireModel(home: string, name: string): Promise<InstalledModel> {
  const entry = findEntry(name);
  const size = isModelName(name) ? await fileBytes(modelPath(home, name)) : undefined;
  if (size === undefined) {
    if (entry === undefined) throw await unknownModel(home, name);
    const partial = await fileBytes(storePath(home, name, "partial"));
    throw new CloisterError(
      "missing",
      partial === undefined
        ? `The model ${name} is not on this machine.`
        : `The model ${name} is only partly here (${Math.floor((partial / entry.bytes) * 100)} %).`,
      { hint: `cloister model pull ${name}` },
    );
  }
  const path = modelPath(home, name);
  if (entry !== undefined && size !== entry.bytes)
    throw new CloisterError("damaged", `The model ${name} has ${size} bytes, it should have ${entry.bytes}: ${path}.`, {
      hint: `cloister model pull ${name}`,
    });
  return { path, entry, metadata: await readGguf(path) };
}

/** Removes a model and all that belongs to it. Returns the bytes that it held; throws `not-found`, `locked`. */
export async function removeModel(home: string, name: string): Promise<number> {
  const kinds = ["gguf", "partial", "partial.json", "import", "sha256"] as const;
  const sizes = isModelName(name) ? await Promise.all(kinds.map((kind) => fileBytes(storePath(home, name, kind)))) : [];
  if (sizes.every((size) => size === undefined)) {
    if (findEntry(name) === undefined) throw await unknownModel(home, name);
    throw new CloisterError("not-found", `The model ${name} is not on this machine: there is nothing to remove.`);
  }
  return await withLock(home, name, async () => {
    for (const kind of kinds) await rm(storePath(home, name, kind), { force: true });
    await rm(storePath(home, name, "parts"), { recursive: true, force: true });
    return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  });
}
