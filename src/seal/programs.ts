import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { CloisterError } from "../error.ts";
import type { SealPrograms } from "./policy.ts";

const packages = { bwrap: "bubblewrap", socat: "socat", rg: "ripgrep" } as const;

/** Finds what the sandbox is made of in the folders of `searchPath` (a PATH). Throws `missing`, with the command that installs it. */
export async function findSealPrograms(searchPath: string): Promise<SealPrograms> {
  const [bwrap, socat, rg, setpriv] = await Promise.all([
    findProgram("bwrap", searchPath),
    findProgram("socat", searchPath),
    findProgram("rg", searchPath),
    findProgram("setpriv", searchPath),
  ]);
  if (bwrap !== undefined && socat !== undefined && rg !== undefined) return { bwrap, socat, rg, setpriv };
  const missing = Object.entries({ bwrap, socat, rg })
    .filter(([, path]) => path === undefined)
    .map(([name]) => name as keyof typeof packages);
  throw new CloisterError("missing", `The seal cannot be closed without ${missing.join(", ")}, and without the seal nothing is started.`, {
    hint: `apt-get install ${missing.map((name) => packages[name]).join(" ")}`,
  });
}

/** The first executable file of that name in the folders of a PATH. */
export async function findProgram(name: string, searchPath: string): Promise<string | undefined> {
  for (const folder of searchPath.split(delimiter)) {
    // A relative folder would make the answer depend on where we are.
    if (!isAbsolute(folder)) continue;
    const path = join(folder, name);
    const usable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (usable) return path;
  }
  return undefined;
}
