import { isDocument, isTestPath, pathsOutsideCode } from "./code-paths.ts";
import type { TestReport } from "./test-report.ts";

/** A repository's files by path, at one commit. */
export type Files = ReadonlyMap<string, string>;

export interface TestsOptions {
  readonly base: Files;
  readonly head: Files;
  /** Runs the repository's tests over these files, somewhere fresh. Throws where they cannot be run. */
  readonly run: (files: Files) => Promise<TestReport>;
  readonly onProgress?: ((text: string) => void) | undefined;
  /** `required`: only a change that brings a test which fails without it. `told`: whether it does is said, and no more. */
  readonly proof: "required" | "told";
}

/** What the repository's own tests say of a change of its code. */
export interface TestsCheck {
  readonly ok: boolean;
  /** What stands against it, a line each. */
  readonly objections: readonly string[];
  /** How many tests passed before the change and with it, where the runner says so. */
  readonly passed: { readonly before: number | undefined; readonly after: number | undefined };
  /** The change brings a test that fails without it and passes with it: the fault is shown, and shown to be gone. */
  readonly proved: boolean;
}

/** So many paths are named. */
const most = 5;

/**
 * Does a change of code leave by the repository's own tests? They pass, those of the base pass over the changed sources too, none is taken away or left out. A
 * branch that makes its tests say less says nothing for its change. Tests that passed while the service failed say nothing of the fault either: a proof is a test
 * that fails without the change.
 */
export async function checkTests({ base, head, run, onProgress, proof }: TestsOptions): Promise<TestsCheck> {
  const refuse = (objections: readonly string[], passed: TestsCheck["passed"] = { before: undefined, after: undefined }): TestsCheck => ({
    ok: false,
    objections,
    passed,
    proved: false,
  });
  const paths = [...new Set([...base.keys(), ...head.keys()])];
  const changed = paths.filter((path) => base.get(path) !== head.get(path));
  const outside = pathsOutsideCode(changed, paths);
  const gone = changed.filter((path) => isTestPath(path) && !head.has(path));
  const sources = changed.filter((path) => !isTestPath(path) && !isDocument(path));
  const early = [
    ...outside.slice(0, most).map((path) => `refused: ${path} changes, and the fault is in the code`),
    ...gone.slice(0, most).map((path) => `refused: the test ${path} is taken away`),
    ...(sources.length === 0 ? ["no source is changed"] : []),
  ];
  if (early.length > 0) return refuse(early);

  onProgress?.("running the repository's tests as they were");
  const before = await run(base);
  onProgress?.("running the repository's tests over the change");
  const after = await run(head);
  const passed = { before: before.passed, after: after.passed };
  if (!after.ok) return refuse(["the tests fail:", ...after.failures], passed);

  const testsChanged = changed.some(isTestPath);
  if (testsChanged) {
    onProgress?.("running the tests of the base over the changed sources");
    const old = await run(withTestsOf(base, head));
    if (before.ok && !old.ok) return refuse(["the tests as they were before fail over the changed sources:", ...old.failures], passed);
  }
  if (before.passed !== undefined && (after.passed ?? 0) < before.passed)
    return refuse([`refused: ${after.passed ?? 0} tests pass, and ${before.passed} did before`], passed);
  if ((after.skipped ?? 0) > (before.skipped ?? 0))
    return refuse([`refused: ${after.skipped ?? 0} tests are left out, and ${before.skipped ?? 0} were before`], passed);

  // The new tests over the old sources: where one fails, the change is what makes it pass.
  if (testsChanged) onProgress?.("running the new tests without the change");
  const proved = testsChanged && !(await run(withTestsOf(head, base))).ok;
  if (proof === "required" && !proved)
    return refuse(
      [
        testsChanged
          ? "every new test passes without the change too: none shows the fault"
          : "no test fails without the change: nothing shows that it mends the fault",
      ],
      passed,
    );
  return { ok: true, objections: [], passed, proved };
}

/** One side's tests over the other side's sources. */
function withTestsOf(tests: Files, sources: Files): Files {
  return new Map([...[...sources].filter(([path]) => !isTestPath(path)), ...[...tests].filter(([path]) => isTestPath(path))]);
}
