import type { Deed } from "./deeds.ts";
import type { Progress } from "./progress.ts";
import { signsOf } from "./record.ts";
import type { Runbook } from "./runbook.ts";

/**
 * The note under one result: what failed or was repeated, then what comes next. Short, because every token of it is prefilled, and
 * without example values, because small models copy them. A function of the deeds up to this result alone.
 */
export function noteFor(runbook: Runbook, deeds: readonly Deed[], before: Progress, after: Progress): string {
  const deed = deeds.at(-1);
  if (deed === undefined) return "";
  const parts: string[] = [];
  if (!deed.succeeded) parts.push("This failed and changed nothing.");
  else if (deed.repeated) parts.push("You ran this before.");
  const known = signsOf(runbook, deeds.slice(0, -1));
  const fresh = signsOf(runbook, [deed]).filter((sign) => !known.includes(sign));
  const step = runbook.steps[after.step];
  const recalled = step?.recall === true && after.step > before.step ? [...known, ...fresh] : fresh;
  for (const sign of recalled) parts.push(`${sign}.`);
  if (after.end !== undefined || step === undefined) return parts.join(" ");
  parts.push(`${after.step > before.step ? "Next" : "Still to do"}: ${step.do}.`);
  const left = runbook.budget.calls - after.calls;
  if (left <= 5) parts.push(`${left} calls left.`);
  return parts.join(" ");
}

/** What is said under the task before the first turn. */
export function openingFor(runbook: Runbook): string {
  const first = runbook.steps[0];
  return [runbook.opening?.trim(), first === undefined ? undefined : `Next: ${first.do}.`].filter((part) => part !== undefined).join("\n");
}
