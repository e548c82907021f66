import { execFile } from "node:child_process";
import { join } from "node:path";
import type { CliContext } from "../src/cli/context.ts";
import { CloisterError } from "../src/error.ts";
import { findLlamaBench, type FoundPeer } from "./find-peers.ts";
import type { Measured, Versions } from "./row.ts";

/** What `bench/engine.ts` takes at least. */
const fewestRounds = 3;

/** What `bench/engine.ts --json` prints, as far as it is read here. */
interface EngineReport {
  readonly ratios: readonly { readonly against: string; readonly prefill: number; readonly decode: number }[];
}

export interface EngineOptions {
  readonly model: string;
  readonly rounds: number;
  readonly peer: FoundPeer;
  readonly versions: Versions;
}

/**
 * `engine-prefill` and `engine-decode`: our engine's rates over llama-bench's, or over llama-server's own timings where there is no
 * llama-bench beside it. One measurement for both rows.
 */
export async function measureEngine(
  context: CliContext,
  { model, rounds, peer, versions }: EngineOptions,
): Promise<{ readonly prefill: Measured; readonly decode: Measured }> {
  if (!peer.found) {
    const skipped: Measured = { skipped: peer.reason, install: peer.install };
    return { prefill: skipped, decode: skipped };
  }
  const llamaBench = await findLlamaBench(peer.program);
  const against = llamaBench === undefined ? ["--llama-server", peer.program] : ["--llama-bench", llamaBench];
  const report = await runEngineBench(context, [
    "--model",
    model,
    "--rounds",
    String(Math.max(fewestRounds, rounds)),
    "--json",
    ...against,
  ]);
  const theirs = report.ratios.find(({ against: name }) => name === "llama-bench" || name === "llama-server");
  if (theirs === undefined) throw new CloisterError("internal", "The engine's bench compared nothing.");
  const measured = (value: number): Measured => ({
    value,
    raw: { against: theirs.against, report },
    versions: { ...versions, [theirs.against]: peer.version },
  });
  return { prefill: measured(theirs.prefill), decode: measured(theirs.decode) };
}

function runEngineBench(context: CliContext, args: readonly string[]): Promise<EngineReport> {
  const program = join(import.meta.dirname, "engine.js");
  return new Promise((resolve, reject) => {
    const env = { ...context.env, CLOISTER_HOME: context.home };
    execFile(process.execPath, [program, ...args], { env, signal: context.signal, maxBuffer: 2 ** 24 }, (_, out, complaint) => {
      // It exits with 1 where a ratio is below its bar, and has its figures all the same.
      try {
        resolve(JSON.parse(out) as EngineReport);
      } catch {
        reject(new CloisterError("internal", `The engine's bench said nothing: ${complaint.trim().slice(-600)}`));
      }
    });
  });
}
