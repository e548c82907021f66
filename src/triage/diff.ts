/** So many unchanged lines stand around a change, as git has it. */
const around = 3;

/**
 * The unified diff of a text that was changed in one place, as `git apply` takes it; empty where the texts are the same. What lies between the first line that
 * differs and the last one is one change.
 */
export function unifiedDiff(path: string, before: string, after: string): string {
  if (before === after) return "";
  const [old, now] = [linesOf(before), linesOf(after)];
  const shorter = Math.min(old.length, now.length);
  let first = 0;
  while (first < shorter && old[first] === now[first]) first++;
  let same = 0;
  while (same < shorter - first && old.at(-1 - same) === now.at(-1 - same)) same++;
  const from = Math.max(0, first - around);
  const [oldEnd, nowEnd] = [old.length - same, now.length - same];
  const tail = Math.min(around, same);
  const body = [
    ...old.slice(from, first).map((line) => ` ${line}`),
    ...old.slice(first, oldEnd).map((line) => `-${line}`),
    ...now.slice(first, nowEnd).map((line) => `+${line}`),
    ...old.slice(oldEnd, oldEnd + tail).map((line) => ` ${line}`),
  ];
  const range = (length: number): string => `${length === 0 ? from : from + 1},${length}`;
  const head = `@@ -${range(oldEnd + tail - from)} +${range(nowEnd + tail - from)} @@`;
  return [`--- a/${path}`, `+++ b/${path}`, head, ...body].map(ended).join("");
}

/** Lines without their ends; the last one keeps a mark where the file does not end in a line feed. */
function linesOf(text: string): readonly string[] {
  if (text === "") return [];
  const lines = text.split("\n");
  if (lines.at(-1) === "") return lines.slice(0, -1);
  return [...lines.slice(0, -1), `${lines.at(-1) ?? ""}${unended}`];
}

const unended = "\n\\ No newline at end of file";

function ended(line: string): string {
  return `${line}\n`;
}
