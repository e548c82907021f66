import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { CloisterError } from "../../error.ts";
import type { Files } from "./check-tests.ts";
import { readTestReport, type TestReport } from "./test-report.ts";

/** How the tests of a folder are run: in a seal of their own at the door, as they are inside the session's seal. */
export type RunCommand = (folder: string) => Promise<{
  readonly code: number | null;
  readonly output: string;
  readonly stopped: "time" | "output" | undefined;
}>;

/** So long may a repository's tests take, in milliseconds, and so much may they print, in bytes. */
export const testBounds = { timeoutMs: 60_000, mostBytes: 512 * 1024 } as const;

/** Puts files into a fresh folder below `tempRoot`, runs the tests there and takes the folder away. Being too slow or too loud is a failure of the tests. */
export async function runTests(files: Files, tempRoot: string, command: RunCommand): Promise<TestReport> {
  const folder = await realpath(await mkdtemp(join(tempRoot, "tests-")));
  try {
    for (const [path, text] of files) {
      const target = resolve(folder, path);
      if (!target.startsWith(folder + sep)) throw new CloisterError("internal", `The path ${path} leads out of the repository.`);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, text);
    }
    const { code, output, stopped } = await command(folder);
    const report = readTestReport(output, code);
    if (stopped === undefined) return report;
    const why = stopped === "time" ? "they took too long" : "they printed too much";
    return { ...report, ok: false, failures: [`${why} and were ended`, ...report.failures] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
