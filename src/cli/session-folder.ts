import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

/** A new folder below `sessions/`, named for the time and what it is about; it stays as the session's record. */
export async function makeSessionFolder(home: string, name: string): Promise<string> {
  const time = new Date()
    .toISOString()
    .replaceAll(/[-:]/g, "")
    .replace(/\.\d+Z$/, "");
  const folder = join(home, "sessions", `${time}-${name}-${randomBytes(2).toString("hex")}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}
