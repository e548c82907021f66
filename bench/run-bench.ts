import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CliContext } from "../src/cli/context.ts";
import { CloisterError } from "../src/error.ts";
import { requireModel } from "../src/model/installed.ts";
import { type Bench, type BenchOptions, type BenchView, settingsOf } from "./bench.ts";
import { findPeer, peerNames } from "./find-peers.ts";
import { measureRow } from "./measure-row.ts";
import { recordedScenario } from "./recording.ts";
import { openResults } from "./results-folder.ts";
import { makeRow, type Measured, type Row, rowIds, type Versions } from "./row.ts";
import { readStoredRow } from "./stored-row.ts";

/**
 * Measures rows, each kept as soon as it is finished. A row that cannot be measured here says why; only what is wrong with the request
 * or with all of it is thrown. On abort what is finished stays, and `cancelled` is thrown.
 */
export async function runBench(context: CliContext, options: BenchOptions, view: BenchView): Promise<readonly Row[]> {
  const { path: modelPath } = await requireModel(context.home, options.model);
  const { model, window, turns, answerTokens, client, recipeTokens } = options;
  const results = await openResults(options.out, {
    model,
    window,
    turns,
    answerTokens,
    client,
    scenario: recordedScenario,
    ...(recipeTokens === undefined ? {} : { recipeTokens }),
  });
  const peers = await Promise.all(
    peerNames
      .filter((name) => options.peers.includes(name))
      .map((name) =>
        findPeer(name, { folder: options.peersFolder, llamaServer: options.llamaServer, searchPath: context.env["PATH"] ?? "" }),
      ),
  );
  for (const peer of peers)
    view.line(peer.found ? `${peer.name} ${peer.version}` : `${peer.name} is not here: ${peer.reason}\n  ${peer.install}`);
  const bench: Bench = { context, options, view, results, peers, modelPath, versions: await ownVersions(context) };
  const rows: Row[] = [];
  for (const id of rowIds.filter((one) => options.only.includes(one))) {
    context.signal.throwIfAborted();
    const stored = options.again ? undefined : readStoredRow(await results.read(`row-${id}`), id, settingsOf(bench));
    if (stored !== undefined) {
      view.line(`${id}: measured before, kept in ${results.path}`);
      rows.push(stored);
      continue;
    }
    try {
      const row = makeRow(id, marked(await measureRow(id, bench), recipeTokens));
      rows.push(row);
      if (row.value !== null) await results.write(`row-${id}`, { settings: settingsOf(bench), row });
    } catch (thrown) {
      context.signal.throwIfAborted();
      rows.push(makeRow(id, skippedBy(thrown)));
    }
    await results.write("rows", rows);
  }
  return rows;
}

function marked(measured: Measured, recipeTokens: number | undefined): Measured {
  return recipeTokens === undefined
    ? measured
    : {
        ...measured,
        raw: { ...measured.raw, recipeCutTo: recipeTokens, trial: "The recipe was cut: this tries the bench and is no figure." },
      };
}

function skippedBy(thrown: unknown): Measured {
  if (thrown instanceof CloisterError) return { skipped: thrown.message, install: thrown.hint };
  return { skipped: thrown instanceof Error ? thrown.message : String(thrown) };
}

async function ownVersions(context: CliContext): Promise<Versions> {
  const read = async (path: string): Promise<string> => (JSON.parse(await readFile(path, "utf8")) as { version: string }).version;
  const engine = await read(join(context.packageRoot, "node_modules/node-llama-cpp/package.json")).catch(() => "unknown");
  return { cloister: await read(join(context.packageRoot, "package.json")), "node-llama-cpp": engine, node: process.version };
}
