import type { Deed } from "./deeds.ts";
import { type GuideFacts, openFacts } from "./facts.ts";
import { filesOf } from "./files.ts";
import { lacksProof, type Progress } from "./progress.ts";
import { isLook, looksOf, signsOf } from "./record.ts";
import type { Runbook } from "./runbook.ts";

/**
 * The note under one result: what failed or was repeated, then what comes next. Short, because every token of it is prefilled, and
 * without example values, because small models copy them. A function of the deeds up to this result alone.
 */
export function noteFor(runbook: Runbook, facts: GuideFacts, deeds: readonly Deed[], before: Progress, after: Progress): string {
  const deed = deeds.at(-1);
  if (deed === undefined) return "";
  const parts: string[] = [];
  const wrong = after.wrong > before.wrong;
  if (wrong) parts.push("This change does not mend it. Take it back, then make another one.");
  else if (!deed.succeeded) parts.push(failure(facts, deed));
  else parts.push(...repetition(runbook, facts, deeds, deed), ...withoutEffect(deeds, deed));
  if (after.step > before.step && lacksProof(runbook, deeds, after.step) && !lacksProof(runbook, deeds, before.step))
    parts.push("No test failed before this change, so nothing shows yet that it mends the fault: a test that fails without it would.");
  const known = signsOf(runbook, deeds.slice(0, -1));
  const fresh = signsOf(runbook, [deed]).filter((sign) => !known.includes(sign));
  const step = runbook.steps[after.step];
  const recalled = step?.recall === true && after.step > before.step ? [...known, ...fresh] : fresh;
  for (const sign of recalled) parts.push(`${sign}.`);
  if (after.end !== undefined || step === undefined) return parts.join(" ");
  if (!wrong) parts.push(`${after.step === before.step && after.from === before.from ? "Still to do" : "Next"}: ${step.do}.`);
  if (step.id === runbook.search?.change && after.step !== before.step) parts.push(...fixesText(openFacts(facts, after.mended)));
  const left = runbook.budget.calls - after.calls;
  if (left <= 5) parts.push(`${left} calls left.`);
  return parts.join(" ");
}

/** What is said under the task before the first turn. */
export function openingFor(runbook: Runbook, facts: GuideFacts): string {
  const first = runbook.steps[0];
  const triage = facts.triage === undefined ? undefined : `Triage of the namespace, before you:\n${facts.triage.text}`;
  return [runbook.opening?.trim(), triage, first === undefined ? undefined : `Next: ${first.do}.`]
    .filter((part) => part !== undefined)
    .join("\n");
}

function fixesText({ triage }: GuideFacts): readonly string[] {
  const fixes = triage?.fixes ?? [];
  return fixes.length === 0
    ? []
    : [`Quick fixes that pass the check: ${fixes.map(({ number, says }) => `fix ${number}: ${says}`).join("; ")}.`];
}

function failure({ triage }: GuideFacts, deed: Deed): string {
  const missing = /\(NotFound\): [\w.-]+ "([^"\s]{1,253})" not found/.exec(deed.output)?.[1];
  const nearest = missing === undefined ? undefined : triage?.nearest(missing);
  if (nearest !== undefined) return `There is no ${missing ?? ""}; the nearest name is ${nearest}.`;
  if (/(?:^|[;&|]\s*)check\b/.test(deed.subject)) return "The check did not pass.";
  return "This failed and changed nothing.";
}

/** A look that was taken before shows nothing new: what it said is said again in a line, with another way on. */
function repetition(runbook: Runbook, { triage }: GuideFacts, deeds: readonly Deed[], deed: Deed): readonly string[] {
  if (!deed.repeated || !isLook(runbook, deed)) return [];
  const first = deeds.find(({ subject }) => subject === deed.subject);
  const said = (first?.output ?? "").split("\n").find((line) => /\b(?:Error|Back[Oo]ff|Killed|Failed|Warning|\d\/\d)\b/.test(line));
  const looked = looksOf(runbook, deeds);
  const other = triage?.objects.find((object) => !looked.some((command) => command.includes(object.split(" ")[0] ?? "")));
  return [
    `You ran this before and it says the same${said === undefined ? "" : `: ${said.replaceAll(/\s+/g, " ").trim().slice(0, 120)}`}.`,
    ...(other === undefined ? [] : [`Look at ${other.split(" ")[0] ?? ""} instead.`]),
  ];
}

/** A change that changed nothing. */
function withoutEffect(deeds: readonly Deed[], deed: Deed): readonly string[] {
  if (deed.call.name !== "Bash") return [];
  if (/(?:^|[;&|]\s*)git diff\s*$/.test(deed.subject) && deed.output.trim() === "")
    return ["The files are as they were: nothing was changed."];
  const [, , old] = /\bsed -i(?: -E)? ["']s([|/#,])(.{1,200}?)\1/.exec(deed.subject) ?? [];
  if (old === undefined || /[\\^$*.[\]?+(){}]/.test(old)) return [];
  const files = [...filesOf(deeds)];
  return files.length === 0 || files.some(([, text]) => text.includes(old))
    ? []
    : [`“${old}” is in no file that you read: nothing was changed.`];
}
