import type { Deed } from "./deeds.ts";
import { wasSeen } from "./record.ts";
import type { Condition, Runbook, Step } from "./runbook.ts";

/** Where the work stands after some deeds. */
export interface Progress {
  /** Index of the step at hand; the number of steps once all are done. */
  readonly step: number;
  readonly calls: number;
  readonly looks: number;
  readonly end: End | undefined;
}

export type End =
  | { readonly kind: "pull-request"; readonly url: string }
  | { readonly kind: "no-fault"; readonly text: string }
  | { readonly kind: "budget"; readonly calls: number };

export const start: Progress = { step: 0, calls: 0, looks: 0, end: undefined };

/** One deed further: a pure fold. `deeds` are all up to and with the new one, which is the last. */
export function advance(runbook: Runbook, before: Progress, deeds: readonly Deed[]): Progress {
  const deed = deeds.at(-1);
  if (deed === undefined || before.end !== undefined) return before;
  const calls = before.calls + 1;
  const looks = before.looks + (deed.call.name === "Bash" && runbook.budget.look.test(deed.subject) ? 1 : 0);
  let step = before.step;
  for (; step < runbook.steps.length; step++) {
    const current = runbook.steps[step];
    if (current === undefined) break;
    if (isDone(current, deeds)) continue;
    if (current.when !== undefined && !wasSeen(runbook, current.when, deeds)) continue;
    if (current.looking && looks >= runbook.budget.looks) continue;
    break;
  }
  return { step, calls, looks, end: endOf(runbook, deed, step, calls) };
}

function endOf(runbook: Runbook, deed: Deed, step: number, calls: number): End | undefined {
  if (deed.succeeded && step >= runbook.steps.length) {
    const url = runbook.finish["pull-request"].exec(deed.output)?.[0];
    if (url !== undefined) return { kind: "pull-request", url };
  }
  if (deed.succeeded && runbook.finish["no-fault"]?.test(deed.subject) === true) return { kind: "no-fault", text: deed.output.trim() };
  if (calls >= runbook.budget.calls) return { kind: "budget", calls };
  return undefined;
}

/** A step is done when calls that succeeded meet its conditions. */
export function isDone(step: Step, deeds: readonly Deed[]): boolean {
  const met = (condition: Condition) => deeds.some((deed) => meets(condition, deed));
  return (step.done.all ?? []).every(met) && (step.done.any === undefined || step.done.any.some(met));
}

function meets(condition: Condition, deed: Deed): boolean {
  return (
    deed.succeeded &&
    deed.call.name === condition.tool &&
    (condition.matches === undefined || condition.matches.test(deed.subject)) &&
    (condition.output === undefined || condition.output.test(deed.output))
  );
}
