import type { Deed } from "./deeds.ts";

/** A command that puts every file back as the repository had it. */
export const putsBack = /\bgit (?:reset --hard\b|checkout (?:[^;&|]*\s)?--\s|restore\b|stash\b)/;

/**
 * Files as they stand, as far as the conversation shows them: what was read, with the edits that succeeded since laid over it, and without those that were taken
 * back.
 */
export function filesOf(deeds: readonly Deed[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  // As they were before the first edit.
  const untouched = new Map<string, string>();
  for (const deed of deeds) {
    if (!deed.succeeded) continue;
    const { name, input } = deed.call;
    if (name === "Bash" && putsBack.test(deed.subject)) {
      for (const [path, text] of untouched) files.set(path, text);
      untouched.clear();
    }
    const path = input["file_path"];
    if (typeof path !== "string") continue;
    if (name === "Read") {
      const text = readNumberedLines(deed.output);
      if (text !== undefined) files.set(path, text);
    }
    if (name === "Write" && typeof input["content"] === "string") files.set(path, input["content"]);
    const before = files.get(path);
    if (name !== "Read" && before !== undefined && !untouched.has(path)) untouched.set(path, before);
    const { old_string: old, new_string: replacement } = input;
    if (name === "Edit" && before !== undefined && typeof old === "string" && typeof replacement === "string") {
      files.set(path, input["replace_all"] === true ? before.split(old).join(replacement) : replaceOnce(before, old, replacement));
    }
  }
  return files;
}

/** The client's Read prints each line behind its number and an arrow (2.1.84) or a tab (2.1.330). Nothing where no line has one. */
export function readNumberedLines(output: string): string | undefined {
  const lines: string[] = [];
  for (const line of output.split("\n")) {
    const match = /^ *\d+(?:→|\t)(.*)$/.exec(line);
    if (match === null) {
      if (lines.length > 0) break;
      continue;
    }
    lines.push(match[1] ?? "");
  }
  return lines.length === 0 ? undefined : lines.join("\n");
}

function replaceOnce(text: string, old: string, replacement: string): string {
  const at = text.indexOf(old);
  return at < 0 ? text : text.slice(0, at) + replacement + text.slice(at + old.length);
}
