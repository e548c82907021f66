import type { Deed } from "./deeds.ts";
import { readNumberedLines } from "./files.ts";
import type { Runbook, SlotSource } from "./runbook.ts";

/**
 * Calls whose results the forms read from: the files that can be edited, and what the slots' names come from. The forms are made from the
 * whole conversation in any case; the model chooses among them better when it sees where they come from.
 */
export function neededBy(runbook: Runbook, deeds: readonly Deed[]): ReadonlySet<string> {
  const edits = Object.values(runbook.forms).some((form) => "edit" in form);
  const sources = Object.values(runbook.slots).flatMap(evidenceOf);
  const needed = deeds.filter((deed) => {
    if (!deed.succeeded) return false;
    if (deed.call.name === "Bash") return sources.some((source) => source.test(deed.subject));
    return edits && deed.call.name === "Read" && /\.ya?ml$/.test(deed.subject) && readNumberedLines(deed.output) !== undefined;
  });
  return new Set(needed.map((deed) => deed.call.id));
}

function evidenceOf(source: SlotSource): readonly RegExp[] {
  if ("of" in source) return [source.of];
  return "printed" in source ? [source.printed] : [];
}
