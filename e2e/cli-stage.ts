import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const packageRoot = resolve(import.meta.dirname, "../..");
const program = join(packageRoot, "bin", "cloister.js");
export const realHome =
  process.env["CLOISTER_HOME"] ?? join(process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share"), "cloister");

export interface Stage {
  /** Cloister's home; the models of the real one are in it. */
  readonly home: string;
  /** TMPDIR of what runs: whatever is left behind is seen there. */
  readonly temp: string;
}

/** The whole program with a home and a temporary folder of its own. */
export async function onStage(work: (stage: Stage) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "ci-"));
  const stage = { home: join(root, "home"), temp: join(root, "t") };
  try {
    await mkdir(stage.home);
    await mkdir(stage.temp);
    if (existsSync(join(realHome, "models"))) await symlink(join(realHome, "models"), join(stage.home, "models"));
    await work(stage);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Starts `cloister` with these arguments. */
export function start(
  stage: Stage,
  args: readonly string[],
  env: Record<string, string> = {},
  cwd: string = process.cwd(),
): ChildProcessWithoutNullStreams {
  const own = { ...process.env, CLOISTER_HOME: stage.home, TMPDIR: stage.temp, NO_COLOR: "1", ...env };
  return spawn(process.execPath, [program, ...args], { cwd, env: own, stdio: "pipe" });
}

/** Waits for it, and what it said. */
export async function finish(
  child: ChildProcessWithoutNullStreams,
  onText: (soFar: string) => void = () => {},
): Promise<{ code: number | null; out: string; said: string }> {
  let out = "";
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    onText(out);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const code = await new Promise<number | null>((done) => child.once("close", done));
  return { code, out, said };
}
