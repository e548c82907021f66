import { mkdirSync, renameSync, rmSync, statfsSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { digestOf, identityFolder, type StateIdentity } from "./identity.ts";
import type { Manifest, ToldAnswer } from "./manifest.ts";
import { fileDigest, readTokens, tokensDigest } from "./state-file.ts";
import { listStates, removeState, type StoredState } from "./stored-states.ts";

/** A stored state that may help, not verified yet. */
export interface FoundState extends StoredState {
  readonly tokens: Uint32Array;
}

export interface StateToSave {
  /** Of one conversation, by its lane's id; absent: system text and tools. */
  readonly lane?: string | undefined;
  readonly tokens: readonly number[];
  readonly answers: readonly ToldAnswer[];
  /** About so many bytes will be written. */
  readonly expectedBytes: number;
  /** Writes the state to that path and gives the bytes written. */
  readonly write: (path: string) => Promise<number>;
}

/**
 * The states of one model in one engine, on the disk. Several processes may share the folder: a state file never changes once its manifest
 * names it, and both come to their names by renaming. Nothing here throws: what cannot be read or written is one line in the log.
 */
export interface StateStore {
  /** The conversation's own state, and those of system texts and tools. */
  find(lane: string): readonly FoundState[];
  hasBase(tokens: readonly number[]): boolean;
  /** Is the file whole and what its manifest says? Marks it as used if so; otherwise it is removed. */
  verify(state: FoundState): Promise<boolean>;
  /** Takes a state out that turned out to be of no use. */
  drop(state: StoredState, why: string): void;
  /** False where it could not be saved. A conversation's earlier state is replaced. */
  save(state: StateToSave): Promise<boolean>;
  /** Answers of all conversations here, the oldest first. */
  answers(): readonly ToldAnswer[];
}

export interface StateStoreOptions {
  /** Holds the states of all models. */
  readonly root: string;
  /** Bytes that all states together may take. */
  readonly cap: number;
  readonly identity: StateIdentity;
  readonly modelName: string;
  /** Tokens; a state that holds more is of no use. */
  readonly window: number;
  readonly log: (line: string) => void;
  /** Bytes that may still be written to the disk; from the disk where absent. */
  readonly freeBytes?: ((folder: string) => number) | undefined;
  readonly processId: number;
}

/** Left free on the disk whatever happens. */
const reservedBytes = 2 ** 30;
/** What a process left that was killed while it wrote is removed after so long. Milliseconds. */
const leftoverAge = 60 * 60_000;

export function openStateStore(options: StateStoreOptions): StateStore {
  const { root, cap, identity, modelName, window, log, freeBytes = freeOnDisk } = options;
  const folder = join(root, identityFolder(identity));
  let written = 0;

  const pathOf = (name: string): string => join(folder, name);
  const laneName = (lane: string): string => `conversation-${digestOf(lane)}`;
  const baseName = (tokens: readonly number[]): string => `base-${tokensDigest(tokens)}`;

  function ofThisIdentity(): StoredState[] {
    const { states, unreadable } = listStates(root, basename(folder));
    for (const { path, why } of unreadable) {
      log(`state: ${path} is skipped: ${why}`);
      attempt(() => rmSync(path, { force: true }));
    }
    return states.filter((state) => {
      if (identityFolder(state.manifest.identity) === identityFolder(identity)) return true;
      drop(state, "it belongs to another model or engine");
      return false;
    });
  }

  function drop(state: StoredState, why: string): void {
    log(`state: ${state.statePath} is skipped: ${why}; its tokens are computed again`);
    attempt(() => removeState(state));
  }

  function withTokens(state: StoredState): FoundState | undefined {
    const { manifest, statePath } = state;
    // A longer one belongs to an engine with a larger window and is left to it.
    if (manifest.tokens > window) return undefined;
    try {
      const { size } = statSync(statePath);
      if (size !== manifest.bytes) throw new Error(`it has ${size} bytes in place of ${manifest.bytes}`);
      const tokens = readTokens(statePath, window);
      if (tokens.length !== manifest.tokens || tokensDigest(tokens) !== manifest.tokensDigest) throw new Error("its tokens are others");
      return { ...state, tokens };
    } catch (error) {
      drop(state, messageOf(error));
      return undefined;
    }
  }

  /** Removes what was used longest ago until `bytes` more fit; false where they cannot. */
  function makeRoom(bytes: number, keep: string): boolean {
    const listing = listStates(root);
    for (const { path, changedAt } of listing.leftovers) if (Date.now() - changedAt > leftoverAge) rmSync(path, { force: true });
    const most = Math.min(cap, listing.bytes + freeBytes(folder) - reservedBytes);
    if (bytes > most) {
      log(`state: ${megabytes(bytes)} are not kept: there is room for ${megabytes(Math.max(0, most))}`);
      return false;
    }
    let taken = listing.bytes;
    for (const state of listing.states) {
      if (taken + bytes <= most) break;
      if (state.manifestPath === keep) continue;
      removeState(state);
      taken -= state.manifest.bytes;
    }
    return taken + bytes <= most;
  }

  async function write(state: StateToSave): Promise<boolean> {
    const digest = tokensDigest(state.tokens);
    const name = state.lane === undefined ? baseName(state.tokens) : laneName(state.lane);
    const file = state.lane === undefined ? `${name}.state` : `${name}-${digest}.state`;
    const manifestPath = pathOf(`${name}.json`);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!makeRoom(state.expectedBytes, manifestPath)) return false;

    const temporary = pathOf(`${name}-${options.processId}-${written++}`);
    try {
      const bytes = await state.write(`${temporary}-state.tmp`);
      const { size } = statSync(`${temporary}-state.tmp`);
      if (size !== bytes) throw new Error(`${size} bytes of ${bytes} were written`);
      const manifest: Manifest = {
        format: 1,
        what: state.lane === undefined ? "base" : "conversation",
        model: modelName.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, 200),
        identity,
        file,
        bytes,
        sha256: await fileDigest(`${temporary}-state.tmp`),
        tokens: state.tokens.length,
        tokensDigest: digest,
        answers: [...state.answers],
      };
      writeFileSync(`${temporary}-json.tmp`, JSON.stringify(manifest));
      const before = ofThisIdentity().find((other) => other.manifestPath === manifestPath);
      renameSync(`${temporary}-state.tmp`, pathOf(file));
      renameSync(`${temporary}-json.tmp`, manifestPath);
      if (before !== undefined && before.statePath !== pathOf(file)) rmSync(before.statePath, { force: true });
      return true;
    } finally {
      for (const kind of ["state", "json"]) attempt(() => rmSync(`${temporary}-${kind}.tmp`, { force: true }));
    }
  }

  return {
    find(lane) {
      const own = `${laneName(lane)}.json`;
      return ofThisIdentity()
        .filter(({ manifest, manifestPath }) => manifest.what === "base" || manifestPath === pathOf(own))
        .flatMap((state) => withTokens(state) ?? []);
    },

    hasBase: (tokens) => statSync(pathOf(`${baseName(tokens)}.json`), { throwIfNoEntry: false }) !== undefined,

    async verify(state) {
      try {
        if ((await fileDigest(state.statePath)) !== state.manifest.sha256) throw new Error("its bytes are others");
        const now = new Date();
        attempt(() => utimesSync(state.manifestPath, now, now));
        return true;
      } catch (error) {
        drop(state, messageOf(error));
        return false;
      }
    },

    drop,

    async save(state) {
      try {
        return await write(state);
      } catch (error) {
        log(`state: ${state.tokens.length} tokens could not be saved: ${messageOf(error)}; the session goes on without`);
        return false;
      }
    },

    answers: () => ofThisIdentity().flatMap(({ manifest }) => manifest.answers),
  };
}

function freeOnDisk(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // Cleaning up in a folder that cannot be written fails as well, and was said before.
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}
