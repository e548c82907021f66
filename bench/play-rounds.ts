import { asCloisterError } from "../src/error.ts";
import { type Bench } from "./bench.ts";
import { calibrate, readRates } from "./calibrate.ts";
import { aboutSeconds, type Rates, sessionSeconds } from "./estimate.ts";
import { playSession, readSample, type SessionSample } from "./play-session.ts";
import type { ResultsFolder } from "./results-folder.ts";
import type { RowId } from "./row.ts";
import type { Played, Player } from "./session-rows.ts";

export interface RoundsPlayed {
  /** Those that have all their rounds. */
  readonly played: readonly Played[];
  /** Gateways of others that could not be measured, and why. */
  readonly failed: ReadonlyMap<string, string>;
}

/**
 * Every round of every player, in turn, each kept when it is finished; says beforehand how long what is left will take. A gateway of
 * somebody else that fails is left out from then on; ours or the engine's failure is thrown.
 */
export async function playRounds(id: RowId, bench: Bench, players: readonly Player[], turns: number): Promise<RoundsPlayed> {
  const { context, options, results, view } = bench;
  const { rounds, answerTokens } = options;
  const stored = await Promise.all(players.map((player) => storedSamples(results, player, turns, rounds)));
  const failed = new Map<string, string>();
  await sayHowLong(id, bench, players, stored, turns);
  for (let round = 1; round <= rounds; round++) {
    for (const [index, player] of players.entries()) {
      const { name } = player.contender;
      if (stored[index]?.[round - 1] !== undefined || failed.has(name)) continue;
      const startedAt = performance.now();
      try {
        const sample = await playSession(player.contender, {
          recording: player.recording,
          turns,
          answerTokens,
          signal: context.signal,
          onTurn: (_, turn, of) => view.status(`${id}: round ${round} of ${rounds}, ${name}, turn ${turn} of ${of}`),
        });
        await results.write(sampleName(player, round), sample);
        stored[index]?.splice(round - 1, 1, sample);
        view.line(`${id}: round ${round}, ${name}: ${aboutSeconds((performance.now() - startedAt) / 1000)}`);
      } catch (thrown) {
        context.signal.throwIfAborted();
        if (name === "cloister" || name === "llama-server") throw thrown;
        failed.set(name, asCloisterError(thrown).message);
        view.line(`${id}: ${name} is left out: ${asCloisterError(thrown).message}`);
      }
    }
  }
  const all = players.map((player, index) => ({ ...player, samples: (stored[index] ?? []).filter((sample) => sample !== undefined) }));
  return { played: all.filter(({ samples }) => samples.length === rounds), failed };
}

/** The samples of rounds 1 to `rounds` that are on the disk already. */
export async function storedSamples(
  results: ResultsFolder,
  player: Player,
  turns: number,
  rounds: number,
): Promise<(SessionSample | undefined)[]> {
  const samples: (SessionSample | undefined)[] = [];
  for (let round = 1; round <= rounds; round++) samples.push(readSample(await results.read(sampleName(player, round)), turns));
  return samples;
}

function sampleName({ contender, recording }: Player, round: number): string {
  return `sample-${recording.kind}-${contender.name}-${round}`;
}

type Stored = readonly (readonly (SessionSample | undefined)[])[];

async function sayHowLong(id: RowId, bench: Bench, players: readonly Player[], stored: Stored, turns: number): Promise<void> {
  const missing = stored.map((samples) => samples.filter((sample) => sample === undefined).length);
  if (missing.every((count) => count === 0)) return;
  const rates = await ratesOf(bench);
  const seconds = players.map(({ recording }, index) =>
    secondsEach(recording, stored[index] ?? [], turns, bench.options.answerTokens, rates),
  );
  const all = seconds.reduce((total, each, index) => total + each * (missing[index] ?? 0), 0);
  const parts = players.flatMap(({ contender }, index) =>
    missing[index] === 0 ? [] : [`${contender.name} ${missing[index]} × ${aboutSeconds(seconds[index] ?? 0)}`],
  );
  bench.view.line(`${id}: about ${aboutSeconds(all)} (${parts.join(", ")})`);
}

/** From rounds that were measured where there are some, else from the calibration. */
function secondsEach(
  recording: Player["recording"],
  stored: readonly (SessionSample | undefined)[],
  turns: number,
  answerTokens: number,
  rates: Rates,
): number {
  const done = stored.filter((sample) => sample !== undefined);
  if (done.length === 0) return sessionSeconds(recording, turns, answerTokens, rates);
  return done.flatMap((sample) => sample.turns.slice(0, turns)).reduce((total, { endMs }) => total + endMs / 1000, 0) / done.length;
}

/** This machine's rates, measured once for a results folder. */
export async function ratesOf({ context, options, results, view }: Bench): Promise<Rates> {
  const known = readRates(await results.read("calibration"));
  if (known !== undefined) return known;
  view.status("calibrating");
  const rates = await calibrate(context, options.model);
  await results.write("calibration", rates);
  return rates;
}
