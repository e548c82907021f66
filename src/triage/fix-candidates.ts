import type { Candidate, Finding } from "./finding.ts";
import { nearMisses } from "./near.ts";

/** So many words are offered where the repository's own text is searched. */
const most = 3;

/**
 * Values that would fit where a finding points: what the analyzer names, or, where the cluster cannot know, what the repository says of its own program: an
 * option that took another's place, the program that its image starts.
 */
export function fixCandidates(finding: Finding, repositoryText: string): readonly Candidate[] {
  if (finding.candidates.length > 0) return finding.candidates;
  if (finding.fault === "argument-unknown") return otherOptions(finding.value ?? "", repositoryText);
  if (finding.fault === "command-not-found") return otherPrograms(finding.says, repositoryText);
  return [];
}

/** `--cache-size=50000` → `--cache-entries=50000`: another option of the text that shares a word with this one, those told of beside it first. */
function otherOptions(word: string, text: string): readonly Candidate[] {
  const [, dashes = "", name = "", value = ""] = /^(-+)([\w-]+)(=.*)?$/s.exec(word) ?? [];
  if (name === "") return [];
  const lines = text.split("\n");
  const beside = lines.filter((line) => namesOf(line).includes(name)).join("\n");
  const known = [...new Set([...namesOf(beside), ...namesOf(text)])].filter((one) => one !== name);
  const parts = new Set(name.split("-").filter((part) => part.length > 2));
  const near = new Set(nearMisses(name, known, known.length));
  const related = known.filter((one) => near.has(one) || one.split("-").some((part) => parts.has(part)));
  return related.slice(0, most).map((one) => ({
    value: `${dashes}${one}${value}`,
    why: namesOf(beside).includes(one) ? `the repository names it beside ${dashes}${name}` : "an option that the repository names",
  }));
}

/** Names of options as programs and their documents write them: `--cache-entries`, `"cache-entries": {`. */
function namesOf(text: string): readonly string[] {
  return [...text.matchAll(/(?<![\w-])--([a-z][\w-]*[a-z0-9])|["']([a-z][a-z0-9]*(?:-[a-z0-9]+)+)["']/g)].map(
    ([, long, quoted]) => long ?? quoted ?? "",
  );
}

/** Programs that the repository itself starts, the one nearest to what is not there first. */
function otherPrograms(says: string, text: string): readonly Candidate[] {
  const missing = /no program "([^"]+)"/.exec(says)?.[1]?.split("/").at(-1);
  if (missing === undefined) return [];
  const started = [
    ...[...text.matchAll(/^(?:CMD|ENTRYPOINT) \[\s*"([^"]+)"/gm)].map(([, word]) => word ?? ""),
    ...[...text.matchAll(/^(?:CMD|ENTRYPOINT) ([\w./-]+)/gm)].map(([, word]) => word ?? ""),
    ...[...text.matchAll(/"(?:start|serve|worker)[\w:-]*": "([\w./-]+)/g)].map(([, word]) => word ?? ""),
  ].filter((word) => word !== missing && word !== "");
  const programs = [...new Set(started)];
  const near = nearMisses(missing, programs, programs.length);
  return [...near, ...programs.filter((one) => !near.includes(one))]
    .slice(0, most)
    .map((value) => ({ value, why: "the repository starts this program elsewhere" }));
}
