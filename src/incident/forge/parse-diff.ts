/** One file of a unified diff, as `git diff --no-renames` prints it. */
export interface FileDiff {
  readonly path: string;
  readonly change: "added" | "modified" | "removed";
  readonly binary: boolean;
  readonly additions: number;
  readonly deletions: number;
  readonly hunks: readonly Hunk[];
}

export interface Hunk {
  /** The `@@ … @@` line. */
  readonly header: string;
  readonly lines: readonly DiffLine[];
}

export type DiffLine =
  | { readonly kind: "context"; readonly before: number; readonly after: number; readonly text: string }
  | { readonly kind: "added"; readonly after: number; readonly text: string }
  | { readonly kind: "removed"; readonly before: number; readonly text: string }
  /** What git says about the line above (`No newline at end of file`). */
  | { readonly kind: "remark"; readonly text: string };

const hunkPattern = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/** Read a diff. How many lines a hunk has is taken from its header, so that a line of the file is never read as part of the diff's frame. */
export function parseDiff(text: string): FileDiff[] {
  const lines = text.split("\n");
  const files: FileDiff[] = [];
  let at = 0;
  while (at < lines.length) {
    const header = lines[at++] ?? "";
    if (!header.startsWith("diff --git ")) continue;
    let path = pathOf(header);
    let change: FileDiff["change"] = "modified";
    let binary = false;
    const hunks: Hunk[] = [];
    for (; at < lines.length && !(lines[at] ?? "").startsWith("diff --git ");) {
      const line = lines[at] ?? "";
      if (hunkPattern.test(line)) {
        const { hunk, next } = parseHunk(lines, at);
        hunks.push(hunk);
        at = next;
        continue;
      }
      if (line.startsWith("new file mode")) change = "added";
      else if (line.startsWith("deleted file mode")) change = "removed";
      else if (line.startsWith("Binary files ")) binary = true;
      else if (line.startsWith("--- a/") || line.startsWith("+++ b/")) path = line.slice(6).replace(/\t$/, "");
      at++;
    }
    const count = (kind: DiffLine["kind"]) =>
      hunks.reduce((total, hunk) => total + hunk.lines.filter((line) => line.kind === kind).length, 0);
    files.push({ path, change, binary, additions: count("added"), deletions: count("removed"), hunks });
  }
  return files;
}

function parseHunk(lines: readonly string[], start: number): { hunk: Hunk; next: number } {
  const header = lines[start] ?? "";
  const [, beforeStart, beforeCount = "1", afterStart, afterCount = "1"] = hunkPattern.exec(header) ?? [];
  let before = Number(beforeStart);
  let after = Number(afterStart);
  const beforeEnd = before + Number(beforeCount);
  const afterEnd = after + Number(afterCount);
  const parsed: DiffLine[] = [];
  let at = start + 1;
  for (; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (line.startsWith("\\")) parsed.push({ kind: "remark", text: line.slice(1).trim() });
    else if (before >= beforeEnd && after >= afterEnd) break;
    else if (line.startsWith("+")) parsed.push({ kind: "added", after: after++, text: line.slice(1) });
    else if (line.startsWith("-")) parsed.push({ kind: "removed", before: before++, text: line.slice(1) });
    else parsed.push({ kind: "context", before: before++, after: after++, text: line.slice(1) });
  }
  return { hunk: { header, lines: parsed }, next: at };
}

// `diff --git a/PATH b/PATH`, both the same: a name with unusual characters is in quotes, and stays as git quotes it.
function pathOf(header: string): string {
  const names = header.slice("diff --git ".length);
  const half = names.slice(0, (names.length - 1) / 2);
  return half.startsWith('"a/') ? `"${half.slice(3)}` : half.slice(2);
}
