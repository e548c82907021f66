import type { JsonObject } from "../messages/conversation.ts";
import type { Deed } from "./deeds.ts";
import { isReverse, wasSeen } from "./record.ts";
import type { Condition, Runbook, Step } from "./runbook.ts";

/** Where the work stands after some deeds. */
export interface Progress {
  /** Index of the step at hand; the number of steps once all are done. */
  readonly step: number;
  readonly calls: number;
  readonly looks: number;
  /** Changes that were judged wrong. */
  readonly wrong: number;
  /** The change at hand was judged wrong and still stands. */
  readonly takeBack: boolean;
  /** Deeds before this index belong to changes that were taken back: they finish no step of the search. */
  readonly from: number;
  /** Indices of deeds whose changes mended one of several faults: taken back with others, they may be made again. */
  readonly good: readonly number[];
  /** Causes of several that are mended by changes that stand. */
  readonly mended: readonly string[];
  readonly end: End | undefined;
}

export type End =
  | { readonly kind: "pull-request"; readonly url: string }
  | { readonly kind: "no-fault"; readonly text: string }
  | { readonly kind: "nothing-found" }
  | { readonly kind: "budget"; readonly calls: number }
  | { readonly kind: "proposals"; readonly wrong: number }
  | { readonly kind: "unproved" };

export const start: Progress = { step: 0, calls: 0, looks: 0, wrong: 0, takeBack: false, from: 0, good: [], mended: [], end: undefined };

/** What progress depends on beside the deeds. */
export interface Situation {
  /** Triage looked and found nothing. */
  readonly nothingFound: boolean;
  /** What triage found that does not follow from something else. */
  readonly causes: readonly string[];
  /** A change that nothing proves ends the work. */
  readonly needsProof: boolean;
  /** Nothing is left that could be called at this step. */
  readonly isSpent: (step: Step, deeds: readonly Deed[]) => boolean;
}

/** One deed further: a pure fold. `deeds` are all up to and with the new one, which is the last. */
export function advance(runbook: Runbook, before: Progress, deeds: readonly Deed[], situation: Situation): Progress {
  const deed = deeds.at(-1);
  if (deed === undefined || before.end !== undefined) return before;
  const calls = before.calls + 1;
  const looks = before.looks + (deed.call.name === "Bash" && runbook.budget.look.test(deed.subject) ? 1 : 0);
  const { backTo, ...searched } = search(runbook, before, deeds, deed, situation);
  const searchAt = stepIndex(runbook, runbook.search?.from);
  const changeAt = stepIndex(runbook, runbook.search?.change);
  // What judged the files before the last change says nothing of it.
  const judgedFrom = Math.max(searched.from, lastChange(runbook, deeds));
  let step = backTo === undefined ? before.step : stepIndex(runbook, backTo);
  for (; step < runbook.steps.length; step++) {
    const current = runbook.steps[step];
    if (current === undefined) break;
    if (isDone(current, deeds.slice(step < searchAt ? 0 : step <= changeAt ? searched.from : judgedFrom))) continue;
    if (current.when !== undefined && !wasSeen(runbook, current.when, deeds)) continue;
    if (current.looking && (looks >= runbook.budget.looks || situation.isSpent(current, deeds))) continue;
    break;
  }
  const after = { ...searched, step, calls, looks, end: undefined };
  return { ...after, end: endOf(runbook, deeds, deed, after, situation) };
}

/** Index of the last deed that makes a change; 0 where there is none. */
export function lastChange(runbook: Runbook, deeds: readonly Deed[]): number {
  const change = runbook.search === undefined ? undefined : runbook.steps[stepIndex(runbook, runbook.search.change)];
  return change === undefined
    ? 0
    : Math.max(
        0,
        deeds.findLastIndex((deed) => isDone(change, [deed])),
      );
}

/** Index of a step; the number of steps where there is none of that name. */
export function stepIndex(runbook: Runbook, id: string | undefined): number {
  const at = runbook.steps.findIndex((step) => step.id === id);
  return at < 0 ? runbook.steps.length : at;
}

type Searched = Pick<Progress, "wrong" | "takeBack" | "from" | "good" | "mended"> & {
  /** The step that the work goes back to; absent where it goes on. */
  readonly backTo?: string;
};

function search(runbook: Runbook, before: Progress, deeds: readonly Deed[], deed: Deed, { causes }: Situation): Searched {
  const { wrong, takeBack, from, good, mended } = before;
  const same = { wrong, takeBack, from, good, mended };
  const change = runbook.steps[stepIndex(runbook, runbook.search?.change)];
  if (runbook.search === undefined || change === undefined) return same;
  const stands = isDone(change, deeds.slice(from));
  if (!deed.succeeded && stands && runbook.search.fails.some((condition) => fits(condition, deed))) {
    const more = mendedBy(deed.output, causes, mended);
    if (more.length === 0) return { ...same, wrong: wrong + 1, takeBack: true };
    // One of several faults is mended: the change stays, and the next one is looked for.
    const changes = deeds.flatMap((one, index) => (index >= from && isDone(change, [one]) ? [index] : []));
    const all = { good: [...good, ...changes], mended: [...mended, ...more] };
    return { wrong, takeBack: false, from: deeds.length, ...all, backTo: runbook.search.from };
  }
  if (!deed.succeeded) return same;
  // Every change goes with such a command, those too that mended something.
  const all = deed.call.name === "Bash" && runbook.search["take-back"].test(deed.subject);
  if (!takeBack) return all ? { ...same, mended: [] } : same;
  const back = { ...same, takeBack: false, from: deeds.length };
  if (all) return { ...back, mended: [], backTo: runbook.search.from };
  const made = lastEdit(deeds.slice(from, -1));
  // An edit that is edited back leaves a file that the client still knows: it need not be read again.
  if (made !== undefined && isReverse(made, deed.call.input)) return { ...back, backTo: runbook.search.change };
  // Who changes the change in place of taking it back goes on from there.
  return { ...same, takeBack: !isDone(change, [deed]) };
}

/** The edit that is all that was changed; `undefined` where there is none or more than one, or something else may have changed files. */
export function lastEdit(deeds: readonly Deed[]): JsonObject | undefined {
  // Whether it ended well or not: a command of several may have done a part of it.
  const changes = deeds.filter(({ succeeded, call, subject }) =>
    call.name === "Bash" ? !/^(?:check|kubectl|git diff|npm (?:run )?test|node --test)\b/.test(subject) : succeeded,
  );
  const [only, ...more] = changes.filter(({ call }) => call.name !== "Read");
  return only?.call.name === "Edit" && more.length === 0 ? only.call.input : undefined;
}

/** Which of several causes the check says to go that stood before, if no harm is done. */
function mendedBy(output: string, causes: readonly string[], mended: readonly string[]): readonly string[] {
  const lines = output.split("\n");
  if (causes.length < 2 || lines.some((line) => /^✗ (?:new|refused|not readable)/.test(line))) return [];
  return causes.filter((cause) => !mended.includes(cause) && lines.includes(`✓ goes: ${cause}`));
}

function endOf(
  runbook: Runbook,
  deeds: readonly Deed[],
  deed: Deed,
  { step, calls, wrong }: Omit<Progress, "end">,
  situation: Situation,
): End | undefined {
  if (deed.succeeded && step >= runbook.steps.length) {
    const url = runbook.finish["pull-request"].exec(deed.output)?.[0];
    if (url !== undefined) return { kind: "pull-request", url };
  }
  if (deed.succeeded && runbook.finish["no-fault"]?.test(deed.subject) === true) return { kind: "no-fault", text: deed.output.trim() };
  if (situation.nothingFound && step > stepIndex(runbook, runbook.finish["nothing-found"])) return { kind: "nothing-found" };
  if (situation.needsProof && lacksProof(runbook, deeds, step)) return { kind: "unproved" };
  if (runbook.search !== undefined && wrong >= runbook.search.proposals) return { kind: "proposals", wrong };
  if (calls >= runbook.budget.calls) return { kind: "budget", calls };
  return undefined;
}

/** Is the step done that should prove a change, and did nothing fail before the first one that passes now? */
export function lacksProof(runbook: Runbook, deeds: readonly Deed[], step: number): boolean {
  const { proof } = runbook.finish;
  if (proof === undefined || step <= stepIndex(runbook, proof.by)) return false;
  const changed = deeds.findIndex(
    ({ call, subject, succeeded }) => succeeded && (call.name === "Edit" || call.name === "Write") && !proof.tests.test(subject),
  );
  const before = deeds.slice(0, changed < 0 ? deeds.length : changed);
  return !before.some((deed) => !deed.succeeded && fits(proof.of, deed));
}

/** A step is done when calls that succeeded meet its conditions. */
export function isDone(step: Step, deeds: readonly Deed[]): boolean {
  const met = (condition: Condition) =>
    deeds.filter((deed) => endedSo(condition, deed) && !deed.repeated && fits(condition, deed)).length >= condition.times ||
    (condition.times === 1 && deeds.some((deed) => endedSo(condition, deed) && fits(condition, deed)));
  return (step.done.all ?? []).every(met) && (step.done.any === undefined || step.done.any.some(met));
}

function endedSo(condition: Condition, deed: Deed): boolean {
  return deed.succeeded !== condition.failed;
}

/** Is this the call that a condition asks for, with the output that it asks for? How it ended is the caller's matter. */
export function fits(condition: Condition, deed: Deed): boolean {
  return (
    deed.call.name === condition.tool &&
    (condition.matches === undefined || condition.matches.test(deed.subject)) &&
    (condition.output === undefined || condition.output.test(deed.output))
  );
}
