import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloisterError } from "../error.ts";

const mostSessions = 1000;

/**
 * Makes a private folder, hands it over, and removes it with all that is in it, however `work` ends. Its name is the first free number
 * and not random: the model reads it in every path, and the same session should read the same. A folder that is there already,
 * whoever made it, is never used.
 */
export async function withTempFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await makeFolder();
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function makeFolder(): Promise<string> {
  for (let number = 1; number <= mostSessions; number++) {
    const folder = join(tmpdir(), `cloister-${number}`);
    try {
      await mkdir(folder, { mode: 0o700 });
      return folder;
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") throw thrown;
    }
  }
  throw new CloisterError("overloaded", `There are ${mostSessions} session folders in ${tmpdir()} already.`, {
    hint: `Remove ${join(tmpdir(), "cloister-*")} if no session runs.`,
  });
}
