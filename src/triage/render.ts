import type { Change, Rollout } from "./changes.ts";
import type { Finding } from "./finding.ts";
import { fieldText } from "./kube-object.ts";
import { quote } from "./quote.ts";

/** Longest text for a model, in characters: some 400 tokens. */
const longest = 1500;

/**
 * The findings as lines, short enough for a small model: one for each, the place to change beneath it, what shows it, and values that
 * would fit. The likeliest come first; what does not fit in is counted, never cut in the middle.
 */
export function renderFindings(findings: readonly Finding[], rollouts: ReadonlyMap<string, Rollout> = new Map(), room = longest): string {
  if (findings.length === 0) return "Nothing abnormal was found.";
  const lines: string[] = [];
  let used = 0;
  let left = findings.length;
  for (const [index, finding] of findings.entries()) {
    const text = renderFinding(finding, index + 1, rollouts.get(finding.object.name));
    if (used + text.length > room && lines.length > 0) break;
    lines.push(text);
    used += text.length + 1;
    left--;
  }
  if (left > 0) lines.push(`(${left} more)`);
  return lines.join("\n");
}

function renderFinding(finding: Finding, number: number, rollout: Rollout | undefined): string {
  const { object, field, says, evidence, candidates, severity } = finding;
  const lines = [`${number}. ${says}${severity === "symptom" ? " (follows from something else)" : ""}`];
  if (field.length > 0) lines.push(`   ${object.kind} ${object.name}: ${fieldText(field)}`);
  const [first] = evidence;
  if (first !== undefined && !says.includes(first.text))
    lines.push(`   ${first.from} of ${first.object.kind} ${first.object.name}: ${first.text}`);
  if (candidates.length > 0) lines.push(`   there is: ${candidates.map(({ value, why }) => `${value} (${why})`).join("; ")}`);
  if (rollout !== undefined && rollout.changes.length > 0)
    lines.push(`   last change (revision ${rollout.revision.after}): ${rollout.changes.slice(0, 3).map(changeText).join("; ")}`);
  return lines.join("\n");
}

function changeText({ field, before, after }: Change): string {
  const text = (value: Change["before"]): string =>
    value === undefined ? "nothing" : quote(typeof value === "string" ? value : JSON.stringify(value), 60);
  return `${fieldText(field.slice(field[0] === "spec" ? 1 : 0))} ${text(before)} → ${text(after)}`;
}
