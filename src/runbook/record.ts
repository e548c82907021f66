import type { Deed } from "./deeds.ts";
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

/** Edits that succeeded, each as `file: old is now new`, and quick fixes in their own words. */
export function changesOf(deeds: readonly Deed[], workdir: string): readonly string[] {
  return deeds.flatMap((deed) => {
    const fixed =
      deed.succeeded && deed.call.name === "Bash" && /^fix \d/.test(deed.subject) ? /^Changed (.*)$/m.exec(deed.output)?.[1] : undefined;
    if (fixed !== undefined) return [fixed];
    const { name, input } = deed.call;
    const { file_path: path, old_string: old, new_string: replacement } = input;
    if (name !== "Edit" || !deed.succeeded || typeof path !== "string" || typeof old !== "string" || typeof replacement !== "string")
      return [];
    const file = path.startsWith(`${workdir}/`) ? path.slice(workdir.length + 1) : path;
    const removed = lines(old).filter((line) => !lines(replacement).includes(line));
    const added = lines(replacement).filter((line) => !lines(old).includes(line));
    return [`${file}: ${removed.join(" ") || "nothing"} is now ${added.join(" ") || "gone"}`];
  });
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
