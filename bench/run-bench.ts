import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CliContext } from "../src/cli/context.ts";
import { CloisterError } from "../src/error.ts";
import { requireModel } from "../src/model/installed.ts";
import { calibrate, readRates } from "./calibrate.ts";
import { cloisterContender } from "./contender-cloister.ts";
import type { Contender } from "./contender.ts";
import { gatewayContender, llamaServerContender } from "./contender-peers.ts";
import { aboutSeconds, type Rates, sessionSeconds } from "./estimate.ts";
import { findPeer, type FoundPeer, type PeerName, peerNames } from "./find-peers.ts";
import { measureCancel } from "./measure-cancel.ts";
import { measureEngine } from "./measure-engine.ts";
import { measureEvents, measureOverhead } from "./measure-overhead.ts";
import { measureRestore } from "./measure-restore.ts";
import { playSession, type SessionSample } from "./play-session.ts";
import { recordSession } from "./record-session.ts";
import { cutRecording, readRecording, type Recording, type RecordingKind } from "./recording.ts";
import { openResults, type ResultsFolder } from "./results-folder.ts";
import { makeRow, type Measured, type Row, type RowId, rowIds, type Versions } from "./row.ts";
import { readStoredRow } from "./stored-row.ts";
import {
  cachedRow,
  firstCallRow,
  type Played,
  type Player,
  recomputedRow,
  sampleName,
  sessionRow,
  storedSamples,
  tokensChart,
} from "./session-rows.ts";

export interface BenchOptions {
  readonly only: readonly RowId[];
  /** Of the store, by name. */
  readonly model: string;
  readonly rounds: number;
  /** Where everything that is finished is kept, and where the same command goes on. */
  readonly out: string;
  readonly peers: readonly PeerName[];
  /** Where `bench/install-peers.ts` put them. */
  readonly peersFolder: string;
  readonly llamaServer?: string | undefined;
  /** The client that is recorded, `2.1.84`. */
  readonly client: string;
  /** Tokens, for every contender. */
  readonly window: number;
  /** How many turns of the recorded session. */
  readonly turns: number;
  /** Longest answer of a turn, in tokens. */
  readonly answerTokens: number;
  /** For trying the bench itself: the recipe's prompt cut to about so many tokens. */
  readonly recipeTokens?: number | undefined;
  /** Measure finished rows again; recordings are kept. */
  readonly again: boolean;
}

/** Where a bench says what it does. */
export interface BenchView {
  line(text: string): void;
  status(text: string): void;
}

const scenario = "oom-kill";

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
    scenario,
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
  let lastError: unknown;
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
      lastError = thrown;
      rows.push(makeRow(id, skippedBy(thrown)));
    }
    await results.write("rows", rows);
  }
  if (rows.length > 0 && rows.every(({ value }) => value === null) && lastError !== undefined && rows.length === 1)
    view.line(String(lastError));
  return rows;
}

interface Bench {
  readonly context: CliContext;
  readonly options: BenchOptions;
  readonly view: BenchView;
  readonly results: ResultsFolder;
  readonly peers: readonly FoundPeer[];
  readonly modelPath: string;
  readonly versions: Versions;
}

async function measureRow(id: RowId, bench: Bench): Promise<Measured> {
  const { context, options, view, peers, versions } = bench;
  const { model, window, rounds } = options;
  const onProgress = (text: string): void => view.status(`${id}: ${text}`);
  const overhead = { peers, versions: { ...versions, ...peerVersions(peers) }, signal: context.signal, onProgress };
  switch (id) {
    case "overhead-ms":
      view.line(`${id}: one to five minutes`);
      return measureOverhead(overhead);
    case "event-us":
      view.line(`${id}: less than a minute`);
      return measureEvents({ ...overhead, versions });
    case "engine-prefill":
    case "engine-decode":
      return engineRow(id, bench);
    case "cancel-ms": {
      view.line(`${id}: about ${aboutSeconds(10 + rounds * 12)}`);
      return measureCancel(context, { model, window, rounds, peer: engineContender(bench), versions, onProgress });
    }
    case "restore": {
      const rates = await ratesOf(bench);
      view.line(`${id}: about ${aboutSeconds(10 + rounds * (10 + 3000 / rates.prefill))}`);
      return measureRestore(context, { model, window, rounds, versions, onProgress });
    }
    case "session":
      return session(bench);
    case "cached":
    case "recomputed": {
      const ours = await play(id, bench, await cloister(bench, "incident"), options.turns);
      const beside = await alreadyPlayed(bench);
      return id === "cached" ? cachedRow(ours, beside) : recomputedRow(ours, beside);
    }
    case "first-call-incident":
    case "first-call-code": {
      const recipe = engineContender(bench);
      if (recipe === undefined) return missingEngine(bench);
      const theirs = await play(id, bench, { contender: recipe, recording: await recorded(bench, "recipe") }, 1);
      return firstCallRow(await play(id, bench, await cloister(bench, id === "first-call-code" ? "code" : "incident"), 1), theirs);
    }
    default:
      return id satisfies never;
  }
}

/** Both rows come out of one measurement; the other one's is kept for when its turn comes. */
async function engineRow(id: "engine-prefill" | "engine-decode", bench: Bench): Promise<Measured> {
  const { context, options, view, results, versions } = bench;
  const peer = bench.peers.find(({ name }) => name === "llama-server");
  if (peer === undefined) return missingEngine(bench);
  const other = id === "engine-prefill" ? "engine-decode" : "engine-prefill";
  view.line(`${id} and ${other}: about ${aboutSeconds((options.rounds + 1) * 40)}`);
  const both = await measureEngine(context, { model: options.model, rounds: options.rounds, peer, versions });
  const [mine, theirs] = id === "engine-prefill" ? [both.prefill, both.decode] : [both.decode, both.prefill];
  if ("value" in theirs) await results.write(`row-${other}`, { settings: settingsOf(bench), row: makeRow(other, theirs) });
  return mine;
}

async function session(bench: Bench): Promise<Measured> {
  const { options, results, view } = bench;
  if (engineContender(bench) === undefined) return missingEngine(bench);
  const players = [await cloister(bench, "incident"), ...(await recipePlayers(bench))];
  const played = await playAll("session", bench, players, options.turns);
  const chart = tokensChart(played, options.turns, `${options.model}, medians of ${options.rounds}; the same tool results for all`);
  view.line(`session: ${await results.writeText("tokens-per-turn.svg", chart)}`);
  const measured = sessionRow(played, options.turns, options.answerTokens);
  const absent = bench.peers.flatMap((peer) => (peer.found ? [] : [[peer.name, { reason: peer.reason, install: peer.install }]]));
  return { ...measured, raw: { ...measured.raw, absent: Object.fromEntries(absent) as object } };
}

async function play(id: RowId, bench: Bench, player: Player, turns: number): Promise<Played> {
  const [played] = await playAll(id, bench, [player], turns);
  if (played === undefined) throw new CloisterError("internal", "Nobody played.");
  return played;
}

/** Every round of every player, in turn, each kept when it is finished; says beforehand how long what is left will take. */
async function playAll(id: RowId, bench: Bench, players: readonly Player[], turns: number): Promise<Played[]> {
  const { context, options, results, view } = bench;
  const stored = await Promise.all(players.map((player) => storedSamples(results, player, turns, options.rounds)));
  const missing = (): number[] => players.map((_, index) => stored[index]?.filter((sample) => sample === undefined).length ?? 0);
  if (missing().some((count) => count > 0)) {
    const seconds = await secondsEach(bench, players, stored, turns);
    const all = seconds.reduce((total, each, index) => total + each * (missing()[index] ?? 0), 0);
    const each = players.map((player, index) => `${player.contender.name} ${missing()[index]} × ${aboutSeconds(seconds[index] ?? 0)}`);
    view.line(`${id}: about ${aboutSeconds(all)} (${each.join(", ")})`);
  }
  for (let round = 1; round <= options.rounds; round++) {
    for (const [index, player] of players.entries()) {
      if (stored[index]?.[round - 1] !== undefined) continue;
      const startedAt = performance.now();
      const sample = await playSession(player.contender, {
        recording: player.recording,
        turns,
        answerTokens: options.answerTokens,
        signal: context.signal,
        onTurn: (name, turn, of) => view.status(`${id}: round ${round} of ${options.rounds}, ${name}, turn ${turn} of ${of}`),
      });
      await results.write(sampleName(player, round), sample);
      stored[index]?.splice(round - 1, 1, sample);
      view.line(`${id}: round ${round}, ${player.contender.name}: ${aboutSeconds((performance.now() - startedAt) / 1000)}`);
    }
  }
  return players.map((player, index) => ({ ...player, samples: (stored[index] ?? []).filter((sample) => sample !== undefined) }));
}

/** From rounds that were measured where there are some, else from the calibration. */
async function secondsEach(
  bench: Bench,
  players: readonly Player[],
  stored: readonly (readonly (SessionSample | undefined)[])[],
  turns: number,
): Promise<number[]> {
  const rates = await ratesOf(bench);
  return players.map(({ recording }, index) => {
    const done = (stored[index] ?? []).filter((sample) => sample !== undefined);
    if (done.length === 0) return sessionSeconds(recording, turns, bench.options.answerTokens, rates);
    return done.flatMap((sample) => sample.turns.slice(0, turns)).reduce((total, { endMs }) => total + endMs / 1000, 0) / done.length;
  });
}

async function ratesOf({ context, options, results, view }: Bench): Promise<Rates> {
  const known = readRates(await results.read("calibration"));
  if (known !== undefined) return known;
  view.status("calibrating");
  const rates = await calibrate(context, options.model);
  await results.write("calibration", rates);
  return rates;
}

/** A recording of the client, made once for a results folder. */
async function recorded({ context, options, results, view }: Bench, kind: RecordingKind): Promise<Recording> {
  const known = readRecording(await results.read(`recording-${kind}`));
  const whole = known ?? (await record());
  return kind === "recipe" && options.recipeTokens !== undefined ? cutRecording(whole, options.recipeTokens) : whole;

  async function record(): Promise<Recording> {
    view.status(`recording client ${options.client} (${kind})`);
    const made = await recordSession(context, kind, { client: options.client, scenario });
    await results.write(`recording-${kind}`, made);
    return made;
  }
}

async function cloister(bench: Bench, kind: "incident" | "code"): Promise<Player> {
  const { context, options, versions } = bench;
  const recording = await recorded(bench, kind);
  return { contender: cloisterContender(context, { model: options.model, window: options.window, recording, versions }), recording };
}

/** llama-server itself, and the gateways before it that are here. All play the recipe. */
async function recipePlayers(bench: Bench): Promise<Player[]> {
  const contender = engineContender(bench);
  const engine = bench.peers.find((peer) => peer.name === "llama-server" && peer.found);
  if (contender === undefined || engine?.found !== true) return [];
  const model = { modelPath: bench.modelPath, window: bench.options.window };
  const gateways = bench.peers.flatMap((peer) =>
    peer.found && peer.name !== "llama-server" ? [gatewayContender(peer, engine, model)] : [],
  );
  const recording = await recorded(bench, "recipe");
  return [contender, ...gateways].map((one) => ({ contender: one, recording }));
}

/** The peers whose rounds are all there, without measuring any. */
async function alreadyPlayed(bench: Bench): Promise<Played[]> {
  const { results, options } = bench;
  if (readRecording(await results.read("recording-recipe")) === undefined) return [];
  const all: Played[] = [];
  for (const player of await recipePlayers(bench)) {
    const samples = (await storedSamples(results, player, options.turns, options.rounds)).filter((sample) => sample !== undefined);
    if (samples.length === options.rounds) all.push({ ...player, samples });
  }
  return all;
}

function engineContender({ peers, modelPath, options }: Bench): Contender | undefined {
  const peer = peers.find(({ name }) => name === "llama-server");
  return peer?.found === true ? llamaServerContender(peer, { modelPath, window: options.window }) : undefined;
}

function missingEngine({ peers }: Bench): Measured {
  const peer = peers.find(({ name }) => name === "llama-server");
  if (peer === undefined) return { skipped: "llama-server is not among --peers, and the recipe runs on it." };
  return peer.found ? { skipped: "llama-server could not be used." } : { skipped: peer.reason, install: peer.install };
}

/** What a row was measured with beside the folder's settings: another number of rounds or other peers is another figure. */
function settingsOf({ options, peers }: Bench): Readonly<Record<string, unknown>> {
  return { rounds: options.rounds, peers: peerVersions(peers) };
}

function peerVersions(peers: readonly FoundPeer[]): Versions {
  return Object.fromEntries(peers.flatMap((peer) => (peer.found ? [[peer.name, peer.version]] : [])));
}

function marked(measured: Measured, recipeTokens: number | undefined): Measured {
  return recipeTokens === undefined
    ? measured
    : { ...measured, raw: { ...measured.raw, recipeCutTo: recipeTokens, note: "A trial of the bench: no figure." } };
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
