import { lstatSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Manifest, readManifest } from "./manifest.ts";

/** One state on the disk. */
export interface StoredState {
  readonly manifest: Manifest;
  readonly manifestPath: string;
  readonly statePath: string;
  /** Milliseconds since 1970. */
  readonly usedAt: number;
}

export interface StateListing {
  readonly states: readonly StoredState[];
  /** Bytes of all files of ours, those that belong to no state included. */
  readonly bytes: number;
  /** Files of ours that belong to no state, with the time of their last change: what a killed process left, or one that works now. */
  readonly leftovers: readonly { readonly path: string; readonly changedAt: number }[];
  /** Manifests that cannot be read, and why. */
  readonly unreadable: readonly { readonly path: string; readonly why: string }[];
}

const folderName = /^[0-9a-f]{32}$/;
const ourFile = /^[a-z0-9-]+\.(?:json|state|tmp)$/;

/** Every state below the folder, or in one folder of it, the one used longest ago first; empty where there is no such folder. */
export function listStates(root: string, only?: string): StateListing {
  const states: StoredState[] = [];
  const unreadable: { path: string; why: string }[] = [];
  const files = new Map<string, { bytes: number; changedAt: number }>();
  for (const folder of only === undefined ? names(root).filter((name) => folderName.test(name)) : [only]) {
    for (const name of names(join(root, folder)).filter((each) => ourFile.test(each))) {
      const path = join(root, folder, name);
      const found = lstatSync(path, { throwIfNoEntry: false });
      if (found?.isFile() === true) files.set(path, { bytes: found.size, changedAt: found.mtimeMs });
    }
  }
  const named = new Set<string>();
  for (const [path, { changedAt }] of files) {
    if (!path.endsWith(".json")) continue;
    named.add(path);
    try {
      const manifest = readManifest(path);
      const statePath = join(path, "..", manifest.file);
      named.add(statePath);
      states.push({ manifest, manifestPath: path, statePath, usedAt: changedAt });
    } catch (error) {
      unreadable.push({ path, why: error instanceof Error ? error.message : String(error) });
    }
  }
  return {
    states: states.toSorted((a, b) => a.usedAt - b.usedAt),
    bytes: [...files.values()].reduce((sum, { bytes }) => sum + bytes, 0),
    leftovers: [...files].filter(([path]) => !named.has(path)).map(([path, { changedAt }]) => ({ path, changedAt })),
    unreadable,
  };
}

/** Removes the manifest first: a reader that comes in between finds nothing, and not a half. A manifest that names another file by now stays. */
export function removeState({ manifest, manifestPath, statePath }: StoredState): void {
  if (namesStill(manifestPath, manifest.file)) rmSync(manifestPath, { force: true });
  rmSync(statePath, { force: true });
}

function namesStill(manifestPath: string, file: string): boolean {
  try {
    return readManifest(manifestPath).file === file;
  } catch {
    return true;
  }
}

/** Removes every state, and what belongs to none. Gives the number of states and of bytes that are gone; other people's files stay. */
export function clearStates(root: string): { readonly states: number; readonly bytes: number } {
  const { states, leftovers, unreadable, bytes } = listStates(root);
  for (const state of states) removeState(state);
  for (const { path } of [...leftovers, ...unreadable]) rmSync(path, { force: true });
  const left = listStates(root);
  return { states: states.length - left.states.length, bytes: bytes - left.bytes };
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
