import { dirname } from "node:path";
import { CloisterError } from "../../error.ts";
import { runInBox } from "../../seal/box.ts";
import { findProgram } from "../../seal/programs.ts";
import type { Gate, PushedBranch } from "../forge/gate.ts";
import type { GateReport } from "../gate.ts";
import { checkTests, type Files, type TestsCheck, type TestsOptions } from "./check-tests.ts";
import { runTests, testBounds } from "./run-tests.ts";

export interface TestGateOptions {
  /** The command that runs the tests, as the runbook names it: `npm test`. */
  readonly command: readonly string[];
  readonly proof: TestsOptions["proof"];
  /** How long a run may take, in milliseconds; a minute where absent. */
  readonly timeoutMs?: number | undefined;
  /** Where the fresh checkouts are made; the gate removes them. */
  readonly tempRoot: string;
  /** PATH in which bubblewrap is looked for. */
  readonly searchPath: string;
  /** The running Node; the one that the tests get. */
  readonly node: string;
  readonly onProgress?: ((text: string) => void) | undefined;
  readonly onVerdict: (verdict: GateReport) => void;
  readonly signal?: AbortSignal | undefined;
}

/** So many files and characters of a commit are checked out; a branch with more is not passed. */
const mostFiles = 2000;
const mostCharacters = 32 * 2 ** 20;

/**
 * The gate of an incident whose cause is in code: the repository's own tests decide, run on the pushed commit in a seal of their own. Whatever keeps them from
 * running keeps the branch from passing.
 */
export function createTestGate(options: TestGateOptions): Gate {
  return async (push: PushedBranch) => {
    const told = (check: TestsCheck): readonly string[] => check.objections;
    const check = await judge(options, push).catch((thrown: unknown): TestsCheck => {
      if (thrown instanceof CloisterError && thrown.code === "cancelled") throw thrown;
      return {
        ok: false,
        objections: [`the tests could not be run: ${thrown instanceof Error ? thrown.message : String(thrown)}`],
        passed: { before: undefined, after: undefined },
        proved: false,
      };
    });
    options.onVerdict({ branch: push.branch, commit: push.commit, check: undefined, tests: check, objections: told(check) });
    if (check.ok) return { kind: "pass" };
    return {
      kind: "refuse",
      says: [
        `error: the repository's tests were run over ${push.branch}, and it may not be pushed:`,
        ...told(check).map((line) => `  ${line}`),
        "What to do: change the source so that the tests pass as they are, with a test that fails without the change; run `check`, commit, and push again.",
      ],
    };
  };
}

async function judge(options: TestGateOptions, push: PushedBranch): Promise<TestsCheck> {
  const { command, tempRoot, searchPath, node, onProgress, proof, signal } = options;
  const bounds = { ...testBounds, timeoutMs: options.timeoutMs ?? testBounds.timeoutMs };
  const bwrap = await findProgram("bwrap", searchPath);
  if (bwrap === undefined) throw new CloisterError("missing", "bubblewrap is not there, and without a seal of their own no tests are run.");
  const [base, head] = [await filesOf(push, push.base), await filesOf(push, push.commit)];
  const run = (files: Files) =>
    runTests(files, tempRoot, (folder) => runInBox({ bwrap, folder, argv: command, programs: [dirname(node)], ...bounds, signal }));
  return checkTests({ base, head, run, onProgress, proof });
}

async function filesOf(push: PushedBranch, commit: string): Promise<Files> {
  const paths = await push.list(commit);
  if (paths.length > mostFiles)
    throw new CloisterError("too-large", `The commit has ${paths.length} files, and ${mostFiles} are looked at.`);
  const files = new Map<string, string>();
  let characters = 0;
  for (const path of paths) {
    const text = await push.read(commit, path);
    characters += text?.length ?? 0;
    if (characters > mostCharacters) throw new CloisterError("too-large", `The commit has more than ${mostCharacters} characters.`);
    // What is no file, or larger than is looked at, is left out; tests that need it fail.
    if (text !== undefined) files.set(path, text);
  }
  return files;
}
