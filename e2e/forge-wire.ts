import assert from "node:assert/strict";
import { readdir, readlink } from "node:fs/promises";
import { request as httpsRequest } from "node:https";

import { host, type Stage } from "./forge-stage.ts";

/** One request to the forge as it stands on the wire: no client mends the path. */
export function ask(
  stage: Stage,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string | Uint8Array,
): Promise<{ status: number; headers: Record<string, string | undefined>; text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      {
        host: "127.0.0.1",
        port: stage.port,
        servername: host,
        rejectUnauthorized: false,
        agent: false,
        method,
        path,
        headers: { host, ...headers },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.once("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers as Record<string, string | undefined>, text }),
        );
        response.once("error", reject);
      },
    );
    request.once("error", reject);
    request.end(body);
  });
}

/** The processes that work in the forge's folder, as the kernel lists them. */
export async function processesIn(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const id of await readdir("/proc").catch(() => [])) {
    if (!/^\d+$/.test(id)) continue;
    const folder = await readlink(`/proc/${id}/cwd`).catch(() => "");
    if (folder === root || folder.startsWith(`${root}/`)) found.push(id);
  }
  return found;
}

/** Look again until it holds, for ten seconds. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.fail("what was waited for did not come about");
}
