import { readdir } from "node:fs/promises";
import { CloisterError } from "../error.ts";
import { catalogue, findEntry, type CatalogueEntry, type GuidanceLevel } from "./catalogue.ts";
import { readGguf } from "./gguf.ts";
import { fileBytes, isModelName, modelPath, modelsFolder, storePath } from "./store.ts";

/** What a list shows of one model, of the catalogue or imported. */
export interface ModelListing {
  readonly name: string;
  readonly title: string;
  readonly state:
    | { readonly kind: "installed" }
    /** `bytes` are here, `share` of the whole between 0 and 1. */
    | { readonly kind: "partial"; readonly bytes: number; readonly share: number }
    | { readonly kind: "damaged"; readonly why: string }
    | { readonly kind: "absent" };
  /** Size of the whole file, in bytes. */
  readonly bytes: number;
  readonly parameters: number | undefined;
  readonly trainedWindow: number | undefined;
  readonly quantisation: string | undefined;
  readonly licence: string | undefined;
  /** `undefined` for a model that the catalogue does not know. */
  readonly guidance: GuidanceLevel | undefined;
  readonly path: string;
}

/** The catalogue in its order, then what else was imported, by name. Does not hash: that is `verifyModel`'s work. */
export async function listModels(home: string): Promise<readonly ModelListing[]> {
  const known = await Promise.all(catalogue.map((entry) => listEntry(home, entry)));
  const files = await readdir(modelsFolder(home)).catch(() => []);
  const others = files
    .filter((file) => file.endsWith(".gguf"))
    .map((file) => file.slice(0, -".gguf".length))
    .filter((name) => isModelName(name) && findEntry(name) === undefined)
    .toSorted();
  return [...known, ...(await Promise.all(others.map((name) => listImported(home, name))))];
}

async function listEntry(home: string, entry: CatalogueEntry): Promise<ModelListing> {
  const { name, title, bytes, parameters, trainedWindow, quantisation, licence, guidance } = entry;
  const path = modelPath(home, name);
  const facts = { name, title, bytes, parameters, trainedWindow, quantisation, licence, guidance, path };
  const size = await fileBytes(path);
  if (size === bytes) return { ...facts, state: { kind: "installed" } };
  if (size !== undefined) return { ...facts, state: { kind: "damaged", why: `${size} bytes in place of ${bytes}` } };
  const partial = await fileBytes(storePath(home, name, "partial"));
  if (partial === undefined) return { ...facts, state: { kind: "absent" } };
  return { ...facts, state: { kind: "partial", bytes: partial, share: Math.min(1, partial / bytes) } };
}

async function listImported(home: string, name: string): Promise<ModelListing> {
  const path = modelPath(home, name);
  const none = { licence: undefined, guidance: undefined };
  try {
    const { name: title, fileBytes, parameters, contextLength, quantisation } = await readGguf(path);
    const facts = { name, title: title ?? name, bytes: fileBytes, parameters, trainedWindow: contextLength, quantisation, path };
    return { ...facts, ...none, state: { kind: "installed" } };
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    const unknown = { parameters: undefined, trainedWindow: undefined, quantisation: undefined };
    return { name, title: name, bytes: (await fileBytes(path)) ?? 0, ...unknown, ...none, path, state: { kind: "damaged", why } };
  }
}

/** `not-found`, with the names that there are and the nearest of them. */
export async function unknownModel(home: string, name: string): Promise<CloisterError> {
  const names = (await listModels(home)).map((model) => model.name);
  const nearest = nearestName(name, names);
  return new CloisterError("not-found", `There is no model ${JSON.stringify(name.slice(0, 80))}. Known: ${names.join(", ")}.`, {
    hint: nearest === undefined ? "cloister model list" : `Did you mean ${nearest}?`,
  });
}

/** The name that is fewest changes of one letter away, if that is fewer than half of its letters. */
export function nearestName(wanted: string, names: readonly string[]): string | undefined {
  const lowered = wanted.slice(0, 80).toLowerCase();
  const ranked = names.map((name) => ({ name, distance: editDistance(lowered, name) })).toSorted((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance < best.name.length / 2 ? best.name : undefined;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
