import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { shellWord } from "../seal/inside-script.ts";
import type { Fix } from "../triage/fixes.ts";
import { writeSessionFixes } from "./session-fixes.ts";

/** The programs of ours that a sealed session can have on its PATH. */
export type SessionProgram = "triage" | "check" | "fix";

export interface ProgramsGiven {
  /** The quick fixes that `fix` makes; it looks for them itself where this is absent. */
  readonly fixes?: { readonly namespace: string; readonly found: readonly Fix[] } | undefined;
  /** The command of the repository's tests, where they judge a change: what `check` runs in place of a look at the manifests. */
  readonly tests?: readonly string[] | undefined;
}

export interface SessionPrograms {
  /** For PATH inside the seal. */
  readonly pathFolder: string;
  /** What the programs are made of: has to be readable inside. */
  readonly readable: readonly string[];
}

/**
 * Puts programs of ours into a folder of the session. They are Cloister's own commands, run inside the seal: they reach the cluster as everything
 * there does, through its door and with the session's kubeconfig. The caller removes the folder.
 */
export async function writeSessionPrograms(
  packageRoot: string,
  sessionFolder: string,
  names: readonly SessionProgram[],
  given: ProgramsGiven = {},
): Promise<SessionPrograms> {
  const { fixes, tests } = given;
  const pathFolder = join(sessionFolder, "bin");
  const main = join(packageRoot, "dist", "src", "cli", "sealed-main.js");
  await mkdir(pathFolder, { recursive: true, mode: 0o700 });
  const fixesFile = join(sessionFolder, "fixes.json");
  if (fixes !== undefined) await writeSessionFixes(fixesFile, fixes.namespace, fixes.found);
  for (const name of names) {
    const own =
      name === "fix" && fixes !== undefined ? [join(packageRoot, "dist", "src", "cli", "session-fix-main.js"), fixesFile] : [main, name];
    const asked = name === "check" && tests !== undefined ? ["--tests", tests.join(" ")] : [];
    const command = [process.execPath, ...own, ...asked].map((word) => shellWord(word)).join(" ");
    // A status other than 0 reads as a failure in a session: that triage found something is none.
    const script = name === "triage" ? `${command} "$@" || [ "$?" = 1 ]` : `exec ${command} "$@"`;
    await writeFile(join(pathFolder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  const dependencies = dependencyFolder(fileURLToPath(import.meta.resolve("commander")));
  const shown = fixes === undefined ? [] : [fixesFile];
  return { pathFolder, readable: [...shown, join(packageRoot, "dist"), join(packageRoot, "package.json"), dependencies] };
}

/**
 * The folder of packages that a package's file lies in: the nearest `node_modules`. With pnpm the whole store, `node_modules/.pnpm`: there each package has a
 * folder of its own, with links to what it needs.
 */
export function dependencyFolder(file: string): string {
  const store = /^.*?\/node_modules\/\.pnpm(?=\/)/.exec(file)?.[0];
  const nearest = /^.*\/node_modules(?=\/)/.exec(file)?.[0];
  return store ?? nearest ?? dirname(file);
}
