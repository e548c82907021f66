import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Launch } from "./plan-launch.ts";

/** Writes what a launch needs on disk; folders get mode 0700. The session's folder, which holds them all, is removed by whoever made it. */
export async function writeLaunchFiles(launch: Launch): Promise<void> {
  for (const file of launch.files) {
    await mkdir(dirname(file.path), { recursive: true, mode: 0o700 });
    await writeFile(file.path, file.content, { mode: file.mode });
    // The mode above is for a new file and under the umask.
    await chmod(file.path, file.mode);
  }
}
