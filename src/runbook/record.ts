import type { JsonObject } from "../messages/conversation.ts";
import type { Deed } from "./deeds.ts";
import { putsBack } from "./files.ts";
import type { Runbook } from "./runbook.ts";

/** Looks at the cluster that succeeded, each command once, in their order. */
export function looksOf(runbook: Runbook, deeds: readonly Deed[]): readonly string[] {
  return [...new Set(lookDeeds(runbook, deeds).map((deed) => deed.subject))];
}

/**
 * What the signs in the looks mean, each once, in the runbook's order. A failed look shows as much as one that succeeded (a log that cannot
 * be had because the image cannot be pulled); a sign in a file's text is no sign.
 */
export function signsOf(runbook: Runbook, deeds: readonly Deed[]): readonly string[] {
  return runbook.signs.filter((sign) => wasSeen(runbook, sign.seen, deeds)).map((sign) => sign.means);
}

/** Has a look shown this? */
export function wasSeen(runbook: Runbook, what: RegExp, deeds: readonly Deed[]): boolean {
  return deeds.some((deed) => isLook(runbook, deed) && what.test(deed.output));
}

/** Changes that stand, each as `file: old is now new`, quick fixes in their own words; without those that were taken back. */
export function changesOf(deeds: readonly Deed[], workdir: string): readonly string[] {
  let standing: { readonly input: JsonObject; readonly says: string }[] = [];
  for (const { call, subject, output, succeeded } of deeds) {
    if (!succeeded) continue;
    if (call.name === "Bash" && putsBack.test(subject)) standing = [];
    const fixed = call.name === "Bash" && /^fix \d/.test(subject) ? /^Changed (.*)$/m.exec(output)?.[1] : undefined;
    const says = fixed ?? (call.name === "Edit" ? editText(call.input, workdir) : undefined);
    const undone = standing.findIndex(({ input }) => call.name === "Edit" && isReverse(input, call.input));
    if (undone >= 0) standing = standing.filter((_, index) => index !== undone);
    else if (says !== undefined) standing = [...standing, { input: call.input, says }];
  }
  return standing.map(({ says }) => says);
}

function editText({ file_path: path, old_string: old, new_string: replacement }: JsonObject, workdir: string): string | undefined {
  if (typeof path !== "string" || typeof old !== "string" || typeof replacement !== "string") return undefined;
  const file = path.startsWith(`${workdir}/`) ? path.slice(workdir.length + 1) : path;
  const { removed, added } = editedLines(old, replacement);
  return `${file}: ${removed.join(" ") || "nothing"} is now ${added.join(" ") || "gone"}`;
}

/** The lines in which two texts differ, without their indentation. */
export function editedLines(old: string, replacement: string): { readonly removed: readonly string[]; readonly added: readonly string[] } {
  const [before, after] = [lines(old), lines(replacement)];
  return { removed: before.filter((line) => !after.includes(line)), added: after.filter((line) => !before.includes(line)) };
}

/** Is one edit the other way round of another? */
export function isReverse(edit: JsonObject, other: JsonObject): boolean {
  return (
    edit["file_path"] === other["file_path"] && edit["old_string"] === other["new_string"] && edit["new_string"] === other["old_string"]
  );
}

/** What the looks that succeeded printed. */
export function looksAt(runbook: Runbook, deeds: readonly Deed[]): readonly string[] {
  return lookDeeds(runbook, deeds).map((deed) => deed.output);
}

function lookDeeds(runbook: Runbook, deeds: readonly Deed[]): readonly Deed[] {
  return deeds.filter((deed) => deed.succeeded && isLook(runbook, deed));
}

export function isLook(runbook: Runbook, deed: Deed): boolean {
  return deed.call.name === "Bash" && runbook.budget.look.test(deed.subject);
}

function lines(text: string): readonly string[] {
  return text.split("\n").map((line) => line.trim());
}
