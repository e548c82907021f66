import { lstat, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CloisterError } from "../../error.ts";
import { checkTests, type Files, type TestsCheck } from "../../incident/tests/check-tests.ts";
import { runTests, testBounds } from "../../incident/tests/run-tests.ts";
import { chooseBase, findRepository, git, type TreeAccess } from "../cluster/working-tree.ts";
import type { CliContext } from "../context.ts";
import { runProgram } from "../run-program.ts";
import type { Style } from "../show/style.ts";
import { withTempFolder } from "../temp-folder.ts";

const mostFiles = 5000;
const mostBytes = 64 * 2 ** 20;

/**
 * Would the change in the working tree leave by the repository's own tests? The same that the door asks of a pushed commit, here of what lies in the tree. The tests get
 * nothing of the environment but PATH; inside a session they are in its seal, at a person's terminal they run as any test does there.
 */
export async function checkCode(context: CliContext, command: string, wantedBase: string | undefined): Promise<TestsCheck> {
  const { env, signal } = context;
  const [program = "", ...args] = command.trim().split(/\s+/);
  const root = await findRepository(context.cwd, env, signal);
  const access: TreeAccess = { root, manifests: undefined, namespace: "", env, signal };
  const commit = await chooseBase(access, wantedBase);
  return withTempFolder(async (folder) => {
    const [base, head] = [await filesOfCommit(access, commit, folder), await filesOfTree(access)];
    const run = (files: Files) =>
      runTests(files, folder, async (cwd) => {
        const own = { PATH: env["PATH"], HOME: cwd, TMPDIR: folder, LC_ALL: "C.UTF-8", TZ: "UTC", CI: "1" };
        try {
          const { code, stdout, stderr } = await runProgram(program, args, { cwd, env: own, signal, ...testBounds });
          return { code, output: `${stdout}\n${stderr}`, stopped: undefined };
        } catch (thrown) {
          if (!(thrown instanceof CloisterError) || (thrown.code !== "timeout" && thrown.code !== "too-large")) throw thrown;
          return { code: null, output: "", stopped: thrown.code === "timeout" ? "time" : "output" };
        }
      });
    return checkTests({ base, head, run, proof: "required" });
  });
}

/** The verdict in the words of a person; the last line is `check: passed` or `check: failed`, for programs. */
export function testLines({ ok, objections, passed }: TestsCheck, style: Style): readonly string[] {
  const counts = passed.after === undefined ? "" : ` (${passed.after} pass, ${passed.before ?? 0} did before)`;
  return [
    ...objections.map((line, at) => (at === 0 ? `${style.red("✗")} ${line}` : `  ${line}`)),
    ...(ok ? [`${style.green("✓")} the tests pass, one of them fails without the change${counts}`] : []),
    `check: ${ok ? "passed" : "failed"}`,
  ];
}

async function filesOfCommit(access: TreeAccess, commit: string, folder: string): Promise<Files> {
  const place = join(folder, "base");
  await mkdir(place);
  const archive = join(folder, "base.tar");
  await git(access, ["archive", "--format=tar", "--output", archive, commit]);
  const { code, stderr } = await runProgram("tar", ["-xf", archive, "-C", place], access);
  if (code !== 0) throw new CloisterError("internal", `The base commit could not be unpacked: ${stderr.trim()}`);
  return read(place, split(await git(access, ["ls-tree", "-r", "-z", "--name-only", "--full-tree", commit])));
}

/** What git knows of and what is new; ignored files are none of the change. */
async function filesOfTree(access: TreeAccess): Promise<Files> {
  return read(access.root, split(await git(access, ["ls-files", "--cached", "--others", "--exclude-standard", "-z"])));
}

function split(list: string): readonly string[] {
  return [...new Set(list.split("\0"))].filter((path) => path !== "");
}

/** Plain files alone: a link may lead out of the repository. */
async function read(root: string, paths: readonly string[]): Promise<Files> {
  if (paths.length > mostFiles)
    throw new CloisterError("too-large", `The repository has ${paths.length} files, and ${mostFiles} are looked at.`);
  const files = new Map<string, string>();
  let bytes = 0;
  for (const path of paths) {
    const found = await lstat(join(root, path)).catch(() => undefined);
    if (found?.isFile() !== true) continue;
    bytes += found.size;
    if (bytes > mostBytes) throw new CloisterError("too-large", `The repository has more than ${mostBytes} bytes.`);
    files.set(path, await readFile(join(root, path), "utf8"));
  }
  return files;
}
