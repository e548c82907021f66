import { unreachable } from "../error.ts";
import type { TextSlot } from "../messages/answer.ts";
import type { Deed } from "./deeds.ts";
import type { GuideFacts } from "./facts.ts";
import { changesOf, looksOf, signsOf } from "./record.ts";
import type { Runbook, SlotSource } from "./runbook.ts";
import { readTable } from "./table.ts";

/** What may stand in a slot now: a list (empty where the evidence names nothing yet), or text within bounds. */
export type SlotFill = { readonly kind: "choice"; readonly of: readonly string[] } | { readonly kind: "text"; readonly slot: TextSlot };

/**
 * Text in a slot stands between double quotes in a shell command, so the characters that the shell would read there are left out:
 * `"`, `$`, `` ` ``, `\` and `!`. Printable ASCII otherwise.
 */
const shellSafe = " #%-\\[\\]^_a-~&'()*+,./0-9:;<=>?@A-Z";

/** At most this many names in one slot: the latest evidence first. */
const slotLimit = 64;

export function fillSlot(source: SlotSource, runbook: Runbook, facts: GuideFacts, deeds: readonly Deed[]): SlotFill {
  if ("triage" in source) return { kind: "choice", of: triaged(source.triage, facts) };
  if ("fact" in source) return { kind: "choice", of: [factOf(source.fact, facts)] };
  if ("record" in source) return { kind: "choice", of: [quotable(recordOf(source.record, runbook, facts, deeds))] };
  if ("text" in source) {
    const { min, max, characters = shellSafe, sentence, name } = source.text;
    return { kind: "text", slot: { min, max, characters, sentence, name } };
  }
  if ("printed" in source) {
    const last = deeds.findLast((deed) => deed.succeeded && deed.call.name === "Bash" && source.printed.test(deed.subject));
    return { kind: "choice", of: last === undefined ? [] : [quotable(last.output.trim())] };
  }
  const evidence = deeds.filter((deed) => deed.succeeded && deed.call.name === "Bash" && source.of.test(deed.subject)).toReversed();
  if ("column" in source) {
    const rows = evidence.flatMap((deed) => readTable(deed.output));
    const { prefer } = source;
    const preferred =
      prefer === undefined ? [] : rows.filter((row) => row[prefer.column] !== undefined && !prefer.not.test(row[prefer.column] ?? ""));
    const from = preferred.length > 0 ? preferred : rows;
    return { kind: "choice", of: distinct(from.map((row) => row[source.column] ?? "")) };
  }
  const lines = evidence.flatMap((deed) => deed.output.split("\n")).map((line) => line.trim());
  return { kind: "choice", of: distinct(lines.filter((line) => source.line.test(line))) };
}

function triaged(part: "objects" | "pods" | "files" | "fixes", { triage, manifests = [] }: GuideFacts): readonly string[] {
  switch (part) {
    case "files": {
      const named = (triage?.places ?? []).map(({ path }) => path);
      return distinct(named.length > 0 ? named : manifests);
    }
    case "fixes":
      return (triage?.fixes ?? []).map(({ number }) => String(number));
    case "objects":
    case "pods":
      // `deployment/web -n shop`: each word is a name of its own.
      return (triage?.[part] ?? []).filter((text) => text.split(" ").every((word) => word === "-n" || isName(word))).slice(0, slotLimit);
    default:
      return unreachable(part);
  }
}

function factOf(fact: "namespace" | "workdir", facts: GuideFacts): string {
  switch (fact) {
    case "namespace":
      return facts.namespace;
    case "workdir":
      return facts.workdir;
    default:
      return unreachable(fact);
  }
}

function recordOf(part: "looks" | "signs" | "changes", runbook: Runbook, facts: GuideFacts, deeds: readonly Deed[]): string {
  switch (part) {
    case "looks":
      return looksOf(runbook, deeds).join("; ") || "none";
    case "signs":
      return signsOf(runbook, deeds).join(". ") || "no known sign";
    case "changes":
      return changesOf(deeds, facts.workdir).join("; ") || "none";
    default:
      return unreachable(part);
  }
}

/** Text for between double quotes in a shell command: what the shell would read there becomes a plain quote or goes; 1,000 characters at most. */
function quotable(text: string): string {
  return text
    .replaceAll('"', "'")
    .replaceAll(/[$`\\!\p{Cc}]/gu, "")
    .slice(0, 1000);
}

/** Names that a shell would take apart are no names: evidence is not trusted to be harmless. */
function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)].filter(isName).slice(0, slotLimit);
}

function isName(text: string): boolean {
  return /^[\w./@:-]{1,253}$/.test(text) && !text.startsWith("-");
}
