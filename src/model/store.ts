import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { CloisterError } from "../error.ts";

// The store is one folder, `<home>/models`. Beside `<name>.gguf` there may be, all of one model:
//   <name>.partial         the beginning of the file, while it is being pulled
//   <name>.partial.json    how much of that is known to be right
//   <name>.import          a file that is being imported, until it is known what it is
//   <name>.parts/          packages that are being fetched; emptied before and after
//   <name>.lock            who is changing it
//   <name>.sha256          digest of an imported file that the catalogue does not know

const namePattern = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;

/** Where the model of that name is, or would be. Throws `bad-request` for a name that could leave the folder. */
export function modelPath(home: string, name: string): string {
  return storePath(home, name, "gguf");
}

export function storePath(
  home: string,
  name: string,
  kind: "gguf" | "partial" | "partial.json" | "import" | "parts" | "lock" | "sha256",
): string {
  if (!isModelName(name))
    throw new CloisterError("bad-request", `${JSON.stringify(name.slice(0, 80))} cannot be a model's name.`, {
      hint: "Small letters, digits, dots, dashes and underscores, at most 64, the first and the last a letter or a digit.",
    });
  return join(modelsFolder(home), `${name}.${kind}`);
}

export function modelsFolder(home: string): string {
  return join(home, "models");
}

export function isModelName(name: string): boolean {
  return namePattern.test(name);
}

export async function makeStore(home: string): Promise<void> {
  await mkdir(modelsFolder(home), { recursive: true });
}

/** Size of a regular file, `undefined` where there is none. */
export async function fileBytes(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true ? found.size : undefined;
}
