import type { Deed } from "./deeds.ts";
import type { GuideFacts } from "./facts.ts";
import { fits } from "./progress.ts";
import { changesOf, editedLines, looksAt, looksOf } from "./record.ts";
import type { Runbook } from "./runbook.ts";

/**
 * What a person needs who goes on from here: why no pull request was opened, what is wrong as far as triage can tell, which changes were tried and why each is
 * none, what was run. From the record alone.
 */
export function handOver(why: string, runbook: Runbook, facts: GuideFacts, deeds: readonly Deed[]): string {
  const findings = facts.triage?.findings ?? [];
  const tried = triedChanges(runbook, deeds);
  const standing = changesOf(deeds, facts.workdir).map((line) => line.slice(0, longestChange));
  const seen = seenLines(runbook, deeds);
  return [
    `No pull request was opened: ${why}.`,
    ...(findings.length === 0
      ? []
      : ["", "What is wrong, likeliest first:", ...findings.flatMap((line, at) => [`- ${line}`, ...below(facts.triage?.evidence[at])])]),
    ...(findings.length > 0 || seen.length === 0 ? [] : ["", "What the looks showed:", ...seen.map((line) => `- ${line}`)]),
    ...(standing.length === 0 ? [] : ["", "Changes that stand, and are not proposed:", ...standing.map((line) => `- ${line}`)]),
    ...(tried.length === 0 ? [] : ["", "Changes that were tried:", ...tried.map((line) => `- ${line}`)]),
    "",
    "What was done:",
    ...deeds.map((deed) => `- ${deed.succeeded ? "ran" : "failed"}: ${nameOf(deed)}${isJudged(runbook, deed) ? "" : failureOf(deed)}`),
  ].join("\n");
}

/** Longest change that is told, in characters. */
const longestChange = 2000;
/** So many lines of the looks are told. */
const mostSeen = 6;

function below(lines: readonly string[] | undefined): readonly string[] {
  return (lines ?? []).map((line) => `  ${line}`);
}

/** Lines of the looks that tell of trouble, each once, numbers aside. */
function seenLines(runbook: Runbook, deeds: readonly Deed[]): readonly string[] {
  const lines = looksAt(runbook, deeds).flatMap((output) => output.split("\n"));
  const telling = lines.filter((line) => /error|fail|timeout|timed out|killed|warn|refused|\b50\d\b/i.test(line));
  const kinds = new Map(telling.map((line) => [line.replaceAll(/\d+/g, "#"), line.replaceAll(/\s+/g, " ").trim().slice(0, 200)]));
  return [...kinds.values()].slice(0, mostSeen);
}

/** The end of a session in which nothing is wrong. */
export function nothingFound(runbook: Runbook, deeds: readonly Deed[]): string {
  const looks = looksOf(runbook, deeds).map((command) => `- ${command}`);
  return ["Nothing abnormal was found. Nothing was changed, and no pull request was opened.", "", "Looked at:", ...looks].join("\n");
}

/** Each change that was judged wrong, with what was said against it. */
function triedChanges(runbook: Runbook, deeds: readonly Deed[]): readonly string[] {
  const lines: string[] = [];
  let change: string | undefined;
  for (const deed of deeds) {
    if (deed.succeeded && (deed.call.name === "Edit" || deed.call.name === "Write" || /^fix \d|\bsed -i\b/.test(deed.subject)))
      change = changeName(deed);
    if (!isJudged(runbook, deed) || change === undefined) continue;
    lines.push(`${change}: ${whyNot(deed.output) ?? "the check failed"}`);
    change = undefined;
  }
  return lines;
}

/** Says this deed that a change is wrong? */
function isJudged(runbook: Runbook, deed: Deed): boolean {
  return !deed.succeeded && runbook.search?.fails.some((condition) => fits(condition, deed)) === true;
}

/** What a command that failed said last. */
function failureOf(deed: Deed): string {
  if (deed.succeeded) return "";
  const last = deed.output.trim().split("\n").at(-1) ?? "";
  return last === "" ? "" : ` (${last.slice(0, 160)})`;
}

/** The first line that says what stands against a change. */
export function whyNot(output: string): string | undefined {
  const line = output.split("\n").find((one) => /^(?:✗ |remote: +(?:stays|new|refused|not readable|no manifest))/.test(one));
  return line
    ?.replace(/^(?:✗ |remote: +)/, "")
    .trim()
    .slice(0, 200);
}

function changeName(deed: Deed): string {
  const { old_string: old, new_string: replacement } = deed.call.input;
  if (deed.call.name === "Edit" && typeof old === "string" && typeof replacement === "string") {
    const { removed, added } = editedLines(old, replacement);
    return `${shown(removed) || "nothing"} → ${shown(added) || "gone"}`;
  }
  return /^Changed (.*)$/m.exec(deed.output)?.[1] ?? nameOf(deed);
}

/** Of a change of many lines the beginning is enough to know it again. */
function shown(lines: readonly string[]): string {
  const text = lines.join(" ");
  return text.length > 160 ? `${text.slice(0, 159)}…` : text;
}

function nameOf(deed: Deed): string {
  return `${deed.call.name === "Bash" ? "" : `${deed.call.name} `}${deed.subject.split("\n")[0] ?? ""}`;
}
