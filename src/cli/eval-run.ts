import { execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { CloisterError } from "../error.ts";
import type { PlannedRun } from "../eval/plan.ts";
import { rowOf } from "../eval/report-row.ts";
import type { EvalRow } from "../eval/row.ts";
import { settingName } from "../eval/setting.ts";
import type { CliContext } from "./context.ts";

/** In the place of a model's name: the written sessions of the scenarios. They tell nothing of a model, and try everything around one. */
export const writtenSessions = "written-sessions";

export interface RunPlace {
  readonly scenarios: string;
  /** Of Cloister's tree. */
  readonly commit: string;
  /** Where llama-server answers, for a baseline. */
  readonly url: string | undefined;
  readonly window: number;
}

/** The command line of one run: a process of its own, so that no run inherits anything of the one before but what is on the disk. */
export function runArguments(run: PlannedRun, { scenarios, url, window }: RunPlace): readonly string[] {
  const { scenario, model, setting, client } = run;
  const shared = ["incident", "run", scenario, "--client", client, "--scenarios", scenarios, "--window", String(window), "--json"];
  const runtime = model === writtenSessions ? ["--runtime", "scripted"] : ["--model", model];
  if (setting.kind === "cloister")
    return [
      ...shared,
      ...runtime,
      ...(setting.without.length === 0 ? [] : ["--without", setting.without.join(",")]),
      ...(setting.thought === true ? ["--thought"] : []),
    ];
  return [...shared, "--baseline", "--runtime", "llama-server", "--url", url ?? ""];
}

/**
 * One run, to its row. Throws `cancelled` when the signal is aborted, and what kept the run from giving a report, with its last words: such
 * a run has no row and is made again.
 */
export async function runOnce(context: CliContext, run: PlannedRun, place: RunPlace): Promise<EvalRow> {
  const { out, complaint } = await runChild(context, runArguments(run, place));
  context.signal.throwIfAborted();
  let report: unknown;
  try {
    report = JSON.parse(out);
  } catch (cause) {
    const last = complaint.trim().split("\n").slice(-3).join(" ");
    throw new CloisterError("internal", `${run.scenario} gave no report: ${last || "and no word why"}`, { cause });
  }
  return rowOf(report, { ...run, setting: settingName(run.setting), commit: place.commit, at: new Date().toISOString() });
}

function runChild(context: CliContext, args: readonly string[]): Promise<{ out: string; complaint: string }> {
  const child = spawn(process.execPath, [join(context.packageRoot, "bin", "cloister.js"), ...args], {
    env: { ...context.env },
    cwd: context.cwd,
    stdio: ["ignore", "pipe", "pipe"],
    // Out of the terminal's group: Ctrl-C reaches it once, through us.
    detached: true,
  });
  let out = "";
  let complaint = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint = (complaint + text).slice(-4000)));
  const stop = (): void => void child.kill("SIGTERM");
  context.signal.addEventListener("abort", stop, { once: true });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    // A run that did not close exits with 1 and has its report all the same.
    child.once("close", () => resolve({ out, complaint }));
  }).finally(() => context.signal.removeEventListener("abort", stop)) as Promise<{ out: string; complaint: string }>;
}

/** The commit of Cloister's tree, with `+` where what runs is made of has changes (its documents are not: results are kept there); the version of an installed package. */
export async function treeVersion(packageRoot: string, version: string): Promise<string> {
  const git = (...args: readonly string[]) => promisify(execFile)("git", ["-C", packageRoot, ...args]).then(({ stdout }) => stdout.trim());
  try {
    const [commit, changes] = await Promise.all([
      git("rev-parse", "--short=7", "HEAD"),
      git("status", "--porcelain", "--untracked-files=no", "--", ":/", ":(exclude,top)docs"),
    ]);
    return `${commit}${changes === "" ? "" : "+"}`;
  } catch {
    return version;
  }
}
