import type { Form } from "../messages/answer.ts";
import { callKey, type Deed } from "./deeds.ts";
import type { GuideFacts } from "./facts.ts";
import { formsOf } from "./forms.ts";
import type { Progress } from "./progress.ts";
import type { Runbook } from "./runbook.ts";

/** At most this many files are named in the place of one that is not there. */
const mostNamed = 6;

/**
 * What is said of a call that failed: what may have been meant, where that can be told. Of one that failed before as well: that, and the command of the step
 * that comes next, where it is a single one, since a small model that was told twice what to do and did not has to be told how.
 */
export function failureNote(runbook: Runbook, facts: GuideFacts, deeds: readonly Deed[], deed: Deed, progress: Progress): string {
  if (/(?:^|[;&|]\s*)check\b/.test(deed.subject)) return "The check did not pass.";
  const meant = nearestName(facts, deed) ?? nearestFiles(facts, deed);
  if (!deeds.slice(0, -1).some((one) => failedAlike(one, deed))) return meant ?? "This failed and changed nothing.";
  const command = onlyCommand(runbook, facts, deeds, progress);
  return ["This failed before in the same way.", meant, command === undefined ? undefined : `Run \`${command}\` instead.`]
    .filter((part) => part !== undefined)
    .join(" ");
}

function failedAlike(one: Deed, { call, output }: Deed): boolean {
  return !one.succeeded && one.output === output && callKey(one.call.name, one.call.input) === callKey(call.name, call.input);
}

function nearestName({ triage }: GuideFacts, deed: Deed): string | undefined {
  const missing = /\(NotFound\): [\w.-]+ "([^"\s]{1,253})" not found/.exec(deed.output)?.[1];
  const nearest = missing === undefined ? undefined : triage?.nearest(missing);
  return nearest === undefined ? undefined : `There is no ${missing ?? ""}; the nearest name is ${nearest}.`;
}

/** The manifests that share most words with a path that is not there. Both clients say `File does not exist`, programs `No such file or directory`. */
function nearestFiles({ manifests = [], workdir }: GuideFacts, deed: Deed): string | undefined {
  if (!/\bFile does not exist\b|No such file or directory/.test(deed.output) || manifests.length === 0) return undefined;
  const words = (path: string): readonly string[] => path.split(/[^A-Za-z0-9]+/).filter(Boolean);
  const wanted = new Set(words(deed.subject));
  const shared = (path: string): number => words(path).filter((word) => wanted.has(word)).length;
  const named = manifests.toSorted((a, b) => shared(b) - shared(a)).slice(0, mostNamed);
  return `There is no such file. Below ${workdir} there are: ${named.join(", ")}.`;
}

/** The one command that the step offers, where there is nothing to choose in it. */
function onlyCommand(runbook: Runbook, facts: GuideFacts, deeds: readonly Deed[], progress: Progress): string | undefined {
  const step = runbook.steps[progress.step];
  if (step === undefined || progress.end !== undefined) return undefined;
  const [form] = formsOf(runbook, step, facts, deeds, progress);
  return form === undefined ? undefined : commandOf(form);
}

function commandOf({ tool, arguments: given }: Form): string | undefined {
  if (tool !== "Bash") return undefined;
  const pieces = given.flatMap(({ value }) => value);
  return pieces.every(({ kind }) => kind === "fixed")
    ? pieces.map((piece) => (piece.kind === "fixed" ? piece.text : "")).join("")
    : undefined;
}
