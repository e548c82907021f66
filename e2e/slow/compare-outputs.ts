/** What a command printed and how it ended. */
export interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Seconds by which the two are asked at different times. */
const toleranceSeconds = 10;
const duration = /(?<![\w.-])(?:\d+y)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?(?![\w-])/;

/** May this line of the recording differ, since a secret was taken out of it? */
export type TakenOut = (recorded: string) => boolean;

/** The first line in which the two differ, ages and versions of objects aside; nothing where they agree. */
export function firstDifference(
  real: Printed,
  recorded: Printed,
  takenOut: TakenOut = () => false,
): { readonly real: string; readonly recorded: string } | undefined {
  if (real.code !== recorded.code)
    return { real: `exit status ${real.code}: ${tail(real)}`, recorded: `exit status ${recorded.code}: ${tail(recorded)}` };
  for (const part of ["stdout", "stderr"] as const) {
    const [a, b] = [linesOf(real[part]), linesOf(recorded[part])];
    for (let at = 0; at < Math.max(a.length, b.length); at++) {
      const [one, other] = [a[at], b[at]];
      if (one === undefined || other === undefined || (!same(one, other) && !takenOut(other)))
        return { real: one ?? "(nothing more)", recorded: other ?? "(nothing more)" };
    }
  }
  return undefined;
}

/** The same lines in one order: `kubectl describe` prints the entries of a map as Go gives them, in another order each time. */
export function inOrder({ code, stdout, stderr }: Printed): Printed {
  return { code, stdout: stdout.split("\n").toSorted().join("\n"), stderr };
}

function tail({ stdout, stderr }: Printed): string {
  return (stderr.trim() === "" ? stdout : stderr).trim().split("\n").at(-1) ?? "";
}

function linesOf(text: string): string[] {
  return (
    withoutNullTimes(text)
      // What client-go says to itself while it waits.
      .replaceAll(/^[EIW]\d{4} [\d:.]+ +\d+ .*\n/gm, "")
      .replaceAll(/("?resourceVersion"?: )"\d*"/g, "$1(version)")
      .replaceAll(/^(\s*Resource Version:\s+)\d+/gm, "$1(version)")
      .trimEnd()
      .split("\n")
      .map((line) => line.replaceAll(/(?<=\S)[ \t]{2,}/g, "  ").trimEnd())
  );
}

/** Servers before 1.34 write `creationTimestamp: null` into templates; recordings are of such. */
function withoutNullTimes(text: string): string {
  return text
    .replaceAll(/^(\s*)"metadata": \{\n\s*"creationTimestamp": null\n\s*\}/gm, '$1"metadata": {}')
    .replaceAll(/^\s*"creationTimestamp": null,?\n/gm, "")
    .replaceAll(/^(\s*)metadata:\n\s*creationTimestamp: null\n(?=\s*spec:)/gm, "$1metadata: {}\n")
    .replaceAll(/^\s*creationTimestamp: null\n/gm, "");
}

function same(one: string, other: string): boolean {
  if (one === other) return true;
  const [a, b] = [one.split(/(?<=[\s()])|(?=[\s()])/), other.split(/(?<=[\s()])|(?=[\s()])/)];
  return a.length === b.length && a.every((word, at) => word === b[at] || near(word, b[at] ?? ""));
}

function near(one: string, other: string): boolean {
  const [a, b] = [secondsOf(one), secondsOf(other)];
  return a !== undefined && b !== undefined && Math.abs(a.seconds - b.seconds) <= Math.max(toleranceSeconds, a.unit, b.unit);
}

/** A span as kubectl prints it, with the length of its smallest unit: nine minutes and 59 seconds become ten minutes. */
function secondsOf(text: string): { readonly seconds: number; readonly unit: number } | undefined {
  if (text === "" || !new RegExp(`^${duration.source}$`).test(text)) return undefined;
  const units: readonly (readonly [string, number])[] = [
    ["y", 365 * 86_400],
    ["d", 86_400],
    ["h", 3600],
    ["m", 60],
    ["s", 1],
  ];
  let seconds = 0;
  let unit = 1;
  for (const [letter, length] of units) {
    const found = new RegExp(String.raw`(\d+)${letter}`).exec(text)?.[1];
    if (found === undefined) continue;
    seconds += Number(found) * length;
    unit = length;
  }
  return { seconds, unit };
}
