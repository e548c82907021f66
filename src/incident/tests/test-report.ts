/** What a run of a repository's tests came to. */
export interface TestReport {
  readonly ok: boolean;
  /** How many passed, and how many were left out; absent where the runner's words are not known. */
  readonly passed: number | undefined;
  readonly skipped: number | undefined;
  /** What failed, in the runner's own words; bounded, without control characters. */
  readonly failures: readonly string[];
}

const mostLines = 12;
const longestLine = 200;

/** Reads what a runner printed: Node's (TAP and its own), Jest's and Vitest's, pytest's. How it ended is the verdict; the words only say what of. */
export function readTestReport(output: string, code: number | null): TestReport {
  const lines = output.split("\n").map((line) =>
    line
      .replaceAll(/\p{Cc}\[[0-9;]*m/gu, "")
      .replaceAll(/\p{Cc}+/gu, " ")
      .trimEnd(),
  );
  const node = (word: string): number | undefined => last(lines, new RegExp(`^(?:# |ℹ )${word} (\\d+)$`));
  const summary = (word: string): number | undefined => last(lines, new RegExp(`^(?:=+|\\s*Tests:?) .*?\\b(\\d+) ${word}\\b`));
  const passed = node("pass") ?? summary("passed");
  const left = [node("skipped"), node("todo"), summary("skipped"), summary("todo"), summary("xfailed")].filter((one) => one !== undefined);
  return {
    ok: code === 0,
    passed,
    skipped: passed === undefined ? undefined : left.reduce((sum, one) => sum + one, 0),
    failures: code === 0 ? [] : failuresOf(lines),
  };
}

function last(lines: readonly string[], pattern: RegExp): number | undefined {
  const found = lines.findLast((line) => pattern.test(line));
  return found === undefined ? undefined : Number(pattern.exec(found)?.[1]);
}

/** The tests that failed and their errors; where none is recognised, the end of the output. */
function failuresOf(lines: readonly string[]): readonly string[] {
  const telling = lines.filter(
    (line) =>
      /^\s*(?:not ok \d|✖ |✗ |FAILED |--- FAIL|● )|^\s*(?:error: |E {2,})|\b\w*Error(?: \[\w+\])?:/.test(line) &&
      !/✖ failing tests:/.test(line),
  );
  const told = telling.length > 0 ? telling.slice(0, mostLines) : lines.filter((line) => line.trim() !== "").slice(-mostLines);
  return [...new Set(told.map((line) => line.trim().slice(0, longestLine)))];
}
