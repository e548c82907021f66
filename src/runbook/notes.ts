import type { Deed } from "./deeds.ts";
import { type GuideFacts, openFacts } from "./facts.ts";
import { failureNote } from "./failure-note.ts";
import { filesOf } from "./files.ts";
import { lacksProof, type Progress } from "./progress.ts";
import { isLook, signsOf } from "./record.ts";
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
  else if (!deed.succeeded) parts.push(failureNote(runbook, facts, deeds, deed, after));
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

/** The quick fixes with why each; of several for one fault the second says its value alone, and that the choice is the model's. */
function fixesText({ triage }: GuideFacts): readonly string[] {
  const fixes = triage?.fixes ?? [];
  if (fixes.length === 0) return [];
  const told = fixes.map(({ number, says, why, cause }, index) => {
    const isOther = fixes.slice(0, index).some((one) => one.cause === cause);
    return `fix ${number}: ${isOther ? says.slice(says.lastIndexOf("→")) : says} (${why})`;
  });
  const equal = fixes.some(({ cause }, index) => fixes.slice(0, index).some((one) => one.cause === cause));
  return [`Quick fixes that pass the check: ${told.join("; ")}.${equal ? " Choose the one that the evidence speaks for." : ""}`];
}

/** Shortest result whose repetition is answered in its place, in characters. */
const worthAnswering = 200;

/**
 * What is said in the place of a result that is the same as an earlier one's: what that said, in a line or two, and another way on. `undefined` where the
 * call is new or its result is.
 */
export function answerOfRepeat(facts: GuideFacts, deeds: readonly Deed[]): string | undefined {
  const deed = deeds.at(-1);
  const first = deed === undefined ? undefined : repeatedBy(deeds, deed);
  if (deed === undefined || first === undefined || deed.output.length < worthAnswering) return undefined;
  return [
    `The same as before: ${tellingLine(first.output) ?? shorten(first.output.trim().split("\n")[0] ?? "")}`,
    ...anotherWay(facts, deeds),
  ].join("\n");
}

/** A look that was taken before shows nothing new: what it said is said again in a line, with another way on. */
function repetition(runbook: Runbook, facts: GuideFacts, deeds: readonly Deed[], deed: Deed): readonly string[] {
  if (!deed.repeated) return [];
  if (answerOfRepeat(facts, deeds) !== undefined) return ["You ran this before, and it says the same."];
  if (!isLook(runbook, deed)) return [];
  const first = deeds.find(({ subject }) => subject === deed.subject);
  const said = tellingLine(first?.output ?? "");
  return [`You ran this before and it says the same${said === undefined ? "" : `: ${said}`}.`, ...anotherWay(facts, deeds)];
}

/** The earlier deed with the same call and the same result, where nothing but looks came between. */
function repeatedBy(deeds: readonly Deed[], deed: Deed): Deed | undefined {
  if (!deed.repeated || deed.call.name !== "Bash") return undefined;
  return deeds
    .slice(0, -1)
    .findLast(({ call, subject, output }) => call.name === "Bash" && subject === deed.subject && output === deed.output);
}

function tellingLine(output: string): string | undefined {
  const line = output.split("\n").find((one) => /\b(?:Error|Back[Oo]ff|Killed|Failed|Warning|\d\/\d)\b|^✗ /.test(one));
  return line === undefined ? undefined : shorten(line);
}

function shorten(line: string): string {
  return line.replaceAll(/\s+/g, " ").trim().slice(0, 120);
}

function anotherWay({ triage }: GuideFacts, deeds: readonly Deed[]): readonly string[] {
  const ran = deeds.map(({ subject }) => subject);
  const other = triage?.objects.find((object) => !ran.some((command) => command.includes(object.split(" ")[0] ?? "")));
  return other === undefined ? [] : [`Look at ${other.split(" ")[0] ?? ""} instead.`];
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
