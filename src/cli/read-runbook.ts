import { readFile, stat } from "node:fs/promises";
import { CloisterError } from "../error.ts";
import { parseRunbook, type Runbook } from "../runbook/runbook.ts";

/** Ours have 10 KiB. A document of many megabytes keeps the parser busy for minutes, and nothing can stop it there. */
const mostBytes = 2 ** 20;

/** The runbook in a file. Throws `missing` where there is none, `damaged` for what is no plain file, too large or no runbook, with the line. */
export async function readRunbook(path: string): Promise<Runbook> {
  const found = await stat(path).catch((cause: unknown) => {
    const looped = (cause as NodeJS.ErrnoException).code === "ELOOP";
    if (looped) throw new CloisterError("damaged", `${path} is a link that leads back to itself.`, { cause });
    throw new CloisterError("missing", `There is no runbook at ${path}.`, { cause });
  });
  if (!found.isFile()) throw new CloisterError("damaged", `${path} is not a plain file.`);
  if (found.size > mostBytes)
    throw new CloisterError("damaged", `${path} has ${found.size} bytes; of a runbook at most ${mostBytes} are read.`);
  return parseRunbook(await readFile(path, "utf8"), path);
}
