import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Call } from "../src/messages/conversation.ts";
import { dietOf } from "../src/prompt/diet.ts";
import type { Prompt } from "../src/prompt/prompt.ts";
import type { Lane, Runtime } from "../src/runtime/runtime.ts";
import { type SeenRequest, serveGateway, token } from "./gateway-fixture.ts";
import type { Role, SessionKind } from "./recorded-session-kinds.ts";
import { type Deed, driveClient, type Finished, type RealClient } from "./real-client.ts";

/** A model's turn as it was asked for and answered. */
export interface RecordedTurn {
  readonly prompt: Prompt;
  readonly lane: Lane;
  readonly text: string;
  readonly calls: readonly Call[];
  /** False where the answer was stopped in the middle. */
  readonly whole: boolean;
}

export interface Recording {
  readonly requests: readonly SeenRequest[];
  /** As the gateway planned them under the `full` diet, in the order in which they were answered. */
  readonly turns: readonly RecordedTurn[];
  readonly finished: readonly Finished[];
  /** Failures that the session's record has. */
  readonly failures: readonly string[];
}

/** Plays one kind with one client, behind the real gateway on loopback, in a folder with project instructions and a dirty repository. */
export async function recordSession(client: RealClient, kind: SessionKind): Promise<Recording> {
  const root = await mkdtemp(join(tmpdir(), "cloister-recorded-"));
  const [folder, home] = [join(root, "shop"), join(root, "home")];
  const turns: RecordedTurn[] = [];
  try {
    await makeFolder(folder);
    const served = await serveGateway(recordTurns(castRuntime(kind.cast(folder)), turns), { diet: dietOf("full") });
    const finished: Finished[] = [];
    try {
      for (const process of kind.processes) {
        await process.before?.(folder);
        const deeds = process.deeds.map((deed): Deed => {
          if (!("stopAt" in deed)) return deed;
          return { say: deed.say, stopWhen: stopCondition(served.requests, turns, deed.stopAt) };
        });
        finished.push(await driveClient(client, { folder, home, url: served.listening.url, token }, process.flags ?? [], deeds));
      }
    } finally {
      await served.close();
    }
    const failures = served.events.flatMap((event) => (event.type === "failure" ? [event.message] : []));
    return { requests: served.requests, turns, finished, failures };
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The answer with this number was given, or has begun and is slow, for a second. */
function stopCondition(requests: readonly SeenRequest[], turns: readonly RecordedTurn[], number: number): () => boolean {
  let since: number | undefined;
  return () => {
    const asked = requests.filter(({ path }) => path === "/v1/messages").length;
    if (turns.length < number && asked < number) return false;
    since ??= performance.now();
    return performance.now() - since > 1000;
  };
}

async function makeFolder(folder: string): Promise<void> {
  const dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  const git = (...args: readonly string[]): void =>
    void execFileSync("git", ["-c", "user.name=n", "-c", "user.email=n@example.org", ...args], { cwd: folder, stdio: "ignore" });
  execFileSync("mkdir", ["-p", folder]);
  git("init", "-q");
  await writeFile(join(folder, "a.txt"), "one \ntwo\n");
  git("add", ".");
  git("commit", "-qm", "begin");
  await writeFile(join(folder, "a.txt"), "one \ntwo\nthree\n");
  await writeFile(join(folder, "b.txt"), "x\n");
  await writeFile(join(folder, "empty.txt"), "");
  await writeFile(join(folder, "CLAUDE.md"), "# Rules\nUse tabs.\n");
  await writeFile(join(folder, "p.png"), Buffer.from(dot, "base64"));
}

function castRuntime(roles: readonly Role[]): Runtime {
  const who = (prompt: Prompt): Runtime => {
    const role = roles.find(({ speaks }) => speaks(prompt));
    if (role === undefined) throw new Error("nobody speaks");
    return role.runtime;
  };
  const { facts, countTexts } = roles.at(-1)!.runtime;
  return {
    facts,
    countTexts,
    count: (prompt) => who(prompt).count(prompt),
    run: (prompt, lane, signal) => who(prompt).run(prompt, lane, signal),
    close: async () => void (await Promise.all(roles.map(({ runtime }) => runtime.close()))),
  };
}

function recordTurns(runtime: Runtime, turns: RecordedTurn[]): Runtime {
  return {
    ...runtime,
    async *run(prompt, lane, signal) {
      let text = "";
      const calls: Call[] = [];
      let whole = false;
      try {
        for await (const event of runtime.run(prompt, lane, signal)) {
          if (event.type === "text") text += event.text;
          if (event.type === "call") calls.push(event.call);
          if (event.type === "end") whole = true;
          yield event;
        }
      } finally {
        turns.push({ prompt, lane, text, calls, whole });
      }
    },
  };
}
