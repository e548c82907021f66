import { constants } from "node:fs";
import { copyFile, link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { randomUUID } from "node:crypto";
import { CloisterError } from "../error.ts";
import { storePath } from "./store.ts";

/**
 * Does `work` while nobody else changes the model of that name: a file with the process id, which a process that died leaves behind and
 * the next one clears away. Throws `locked` with that id.
 */
export async function withLock<T>(home: string, name: string, work: () => Promise<T>): Promise<T> {
  const path = storePath(home, name, "lock");
  await mkdir(dirname(path), { recursive: true });
  const owner = JSON.stringify({ pid: process.pid, id: randomUUID() });
  await acquire(path, owner, name);
  try {
    return await work();
  } finally {
    if ((await readFile(path, "utf8").catch(() => "")) === owner) await rm(path, { force: true });
  }
}

async function acquire(path: string, owner: string, name: string): Promise<void> {
  // Written whole under another name and then linked: a lock is never seen half written, and linking fails if there is one.
  const own = `${path}.${process.pid}.${randomUUID()}`;
  await writeFile(own, owner, { flag: "wx" });
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      if (await linked(own, path)) return;
      const found = await readFile(path, "utf8").catch(() => undefined);
      if (found === undefined) continue;
      const pid = holderOf(found);
      if (pid !== undefined && isAlive(pid)) throw locked(name, pid, path);
      await clearStale(path, found, own);
    }
    throw locked(name, undefined, path);
  } finally {
    await rm(own, { force: true });
  }
}

async function linked(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
    if (code === "EEXIST") return false;
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "ENOSYS") throw thrown;
  }
  // A file system without links, as on a memory stick: there a lock can be seen half written for a moment.
  return await copyFile(own, path, constants.COPYFILE_EXCL).then(
    () => true,
    (thrown: unknown) => {
      if (thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST") return false;
      throw thrown;
    },
  );
}

/** Takes a dead process's lock away. Should another process have replaced it in the meantime, its lock is put back. */
async function clearStale(path: string, stale: string, own: string): Promise<void> {
  const aside = `${own}.stale`;
  try {
    await rename(path, aside);
    if ((await readFile(aside, "utf8")) !== stale) await linked(aside, path);
  } catch (thrown) {
    if (!(thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT")) throw thrown;
  } finally {
    await rm(aside, { force: true });
  }
}

function holderOf(content: string): number | undefined {
  try {
    const parsed: unknown = JSON.parse(content);
    if (typeof parsed === "object" && parsed !== null && "pid" in parsed && Number.isSafeInteger(parsed.pid)) return Number(parsed.pid);
  } catch {
    // Not ours, or from a crash: nobody holds it.
  }
  return undefined;
}

function isAlive(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    // Somebody else's process is alive too.
    return thrown instanceof Error && "code" in thrown && thrown.code === "EPERM";
  }
}

function locked(name: string, pid: number | undefined, path: string): CloisterError {
  const who = pid === undefined ? "Another process" : `Process ${pid}`;
  return new CloisterError("locked", `${who} is working on the model ${name} at this moment.`, {
    hint: `Wait for it to end${pid === undefined ? "" : `; if process ${pid} is not cloister, delete ${path}`}.`,
  });
}
