import type { Contender, ContenderName } from "./contender.ts";
import { drawChart } from "./chart.ts";
import { describeRecording, type Recording } from "./recording.ts";
import type { SessionSample } from "./play-session.ts";
import type { Measured, Versions } from "./row.ts";
import { cachedShare, failures, medianFirstCall, recomputedRatio, totalMs, turnMedians } from "./session-figures.ts";
import { median, ratio } from "./statistics.ts";

/** Whoever plays a recording, with the recording that is played: the recipe's for the peers, our own profile's for us. */
export interface Player {
  readonly contender: Contender;
  readonly recording: Recording;
}

/** Samples of one player, at least as many as there are rounds. */
export interface Played extends Player {
  readonly samples: readonly SessionSample[];
}

/** `session`: the recipe's time for the whole session over ours; the other peers' beside it. */
export function sessionRow(played: readonly Played[], turns: number, answerTokens: number): Measured {
  const [ours, recipe] = [named(played, "cloister"), named(played, "llama-server")];
  if (ours === undefined || recipe === undefined) return { skipped: "The session was not played by both Cloister and llama-server." };
  const failed = failures(ours.samples);
  const raw = {
    turns,
    answerTokens,
    contenders: Object.fromEntries(played.map((one) => [one.contender.name, sessionRaw(one, turns, ours)])),
  };
  if (failed.length > 0) return { skipped: `Cloister did not answer every turn: ${failed.join("; ")}`, raw };
  const value = ratio(sessionMs(recipe, turns), sessionMs(ours, turns));
  return value === undefined ? { skipped: "There is no ratio.", raw } : { value, raw, versions: versionsOf(played) };
}

function sessionRaw(one: Played, turns: number, ours: Played): object {
  const { recording, samples } = one;
  return {
    recording: describeRecording(recording),
    sessionMs: samples.map((sample) => totalMs(sample, turns)),
    medianMs: sessionMs(one, turns),
    timesOurs: ratio(sessionMs(one, turns), sessionMs(ours, turns)),
    perTurn: turnMedians(samples, turns),
    firstCall: medianFirstCall(samples),
    validCalls: samples.map(({ turns: each }) => each.filter(({ firstValidCallMs }) => firstValidCallMs !== undefined).length),
    failed: failures(samples),
    turnMs: samples.map(({ turns: each }) => each.map(({ endMs }) => endMs)),
  };
}

/** `cached`: ours; what the peers kept beside it, where they have played. */
export function cachedRow(ours: Played, peers: readonly Played[]): Measured {
  const shares = (played: Played): number[] => played.samples.map(cachedShare);
  const value = median(shares(ours));
  if (Number.isNaN(value)) return { skipped: "The model was not asked in any turn." };
  const raw = Object.fromEntries(
    [ours, ...peers].map((played) => [played.contender.name, { rounds: shares(played), median: median(shares(played)) }]),
  );
  return { value, raw: { contenders: raw }, versions: versionsOf([ours, ...peers]) };
}

/** `recomputed`: ours; the peers' beside it, where they have played. */
export function recomputedRow(ours: Played, peers: readonly Played[]): Measured {
  const ratios = (played: Played): number[] => played.samples.map(recomputedRatio);
  const value = median(ratios(ours));
  if (Number.isNaN(value)) return { skipped: "The model was not asked in any turn." };
  const raw = Object.fromEntries(
    [ours, ...peers].map((played) => [
      played.contender.name,
      { rounds: ratios(played), computedPerTurn: turnMedians(played.samples, turnsOf(played)).computed },
    ]),
  );
  return { value, raw: { contenders: raw }, versions: versionsOf([ours, ...peers]) };
}

/** `first-call-*`: the recipe's time to its first valid call over ours. */
export function firstCallRow(ours: Played, recipe: Played): Measured {
  const [mine, theirs] = [medianFirstCall(ours.samples), medianFirstCall(recipe.samples)];
  const raw = {
    ours: { ...firstCallRaw(ours), ...mine },
    recipe: { ...firstCallRaw(recipe), ...theirs },
    ...(theirs.valid ? {} : { note: "The recipe made no valid call in every round: its time is to the end of its first answer." }),
  };
  const failed = [...failures(ours.samples.map(firstOnly)), ...failures(recipe.samples.map(firstOnly))];
  if (failed.length > 0) return { skipped: `There was no answer: ${failed.join("; ")}`, raw };
  if (!mine.valid) return { skipped: "Cloister made no valid call in its first answer.", raw };
  const value = ratio(theirs.ms, mine.ms);
  return value === undefined ? { skipped: "There is no ratio.", raw } : { value, raw, versions: versionsOf([ours, recipe]) };
}

function firstCallRaw({ recording, samples }: Played): object {
  const first = samples.flatMap(({ turns }) => turns.slice(0, 1));
  return {
    recording: describeRecording(recording),
    promptTokens: first.map(({ computed, cached }) => computed + cached),
    firstWordMs: first.map(({ firstWordMs }) => firstWordMs ?? null),
    calls: first.map(({ calls }) => calls),
    text: first[0]?.text,
    stopReason: first.map(({ stopReason }) => stopReason ?? null),
  };
}

/** Prompt tokens computed in each turn, for each contender, as an SVG. */
export function tokensChart(played: readonly Played[], turns: number, subtitle: string): string {
  const series = played.map(({ contender, recording, samples }) => ({
    name: recording.kind === "recipe" ? contender.name : `${contender.name} (${recording.kind})`,
    values: turnMedians(samples, turns).computed,
  }));
  return drawChart({
    title: "Prompt tokens computed in each turn of the same incident",
    subtitle,
    xLabel: "turn",
    yLabel: "tokens, logarithmic",
    series,
  });
}

function sessionMs({ samples }: Played, turns: number): number {
  return median(samples.map((sample) => totalMs(sample, turns)));
}

function turnsOf({ samples }: Played): number {
  return Math.min(...samples.map(({ turns }) => turns.length));
}

function firstOnly(sample: SessionSample): SessionSample {
  return { ...sample, turns: sample.turns.slice(0, 1) };
}

function named(played: readonly Played[], name: ContenderName): Played | undefined {
  return played.find(({ contender }) => contender.name === name);
}

function versionsOf(played: readonly Played[]): Versions {
  return Object.assign({}, ...played.flatMap(({ samples }) => samples.map(({ versions }) => versions))) as Versions;
}
