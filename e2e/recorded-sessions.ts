import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asksForSummary } from "../src/gateway/lanes.ts";
import type { Call } from "../src/messages/conversation.ts";
import { dietOf } from "../src/prompt/diet.ts";
import type { Prompt } from "../src/prompt/prompt.ts";
import type { Lane, Runtime } from "../src/runtime/runtime.ts";
import { scripted, type SeenRequest, serveGateway, token } from "./gateway-fixture.ts";
import { type Deed, driveClient, type Finished, type RealClient } from "./real-client.ts";

/**
 * Sessions of the real clients, each of a kind that has broken a prefix cache somewhere. They are recorded whenever the tests run, and kept in
 * memory: requests hold the client's own prompts, which are not ours to keep.
 */
export interface SessionKind {
  readonly name: string;
  /** What the model answers, by the conversation that asks. */
  readonly cast: (folder: string) => readonly Role[];
  /** One process of the client each; later ones run with `--continue`. */
  readonly processes: readonly Process[];
  /** Lanes that the session has to come to. */
  readonly lanes: { readonly main: number; readonly subAgent: number };
  /** Answers that the client sends back otherwise than they were given; none where this is absent. */
  readonly changedAnswers?: number;
}

interface Process {
  readonly flags?: readonly string[];
  readonly deeds: readonly (Deed | { readonly say: string; readonly stopAt: number })[];
  /** What happens to the work folder before the process starts. */
  readonly before?: (folder: string) => Promise<void>;
}

interface Role {
  readonly speaks: (prompt: Prompt) => boolean;
  readonly runtime: Runtime;
}

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

type Line = { readonly says?: string; readonly call?: object | readonly object[]; readonly delayMs?: number };

/** Enough words for whatever a client asks after the written turns: a notification of an agent, a wish that comes late. */
const more: readonly Line[] = Array.from({ length: 20 }, () => ({ says: "Noted." }));
const plays = (...turns: readonly Line[]): Runtime =>
  scripted(JSON.stringify({ name: "recorded", window: 1_000_000, turns: [...turns, ...more] }));
const bash = (command: string): object => ({ tool: "Bash", input: { command } });
const read = (file_path: string): object => ({ tool: "Read", input: { file_path } });
const edit = (file_path: string, old_string: string, new_string: string): object => ({
  tool: "Edit",
  input: { file_path, old_string, new_string },
});
const agent = (part: string): object => ({
  tool: "Agent",
  input: { description: part, prompt: `PART ${part}: look at a.txt`, subagent_type: "general-purpose" },
});
const anybody = (): boolean => true;
const always = (...turns: readonly Line[]): Role[] => [{ speaks: anybody, runtime: plays(...turns) }];
const summary: Role = {
  speaks: asksForSummary,
  runtime: scripted(
    JSON.stringify({
      name: "summary",
      window: 1_000_000,
      turns: Array.from({ length: 20 }, () => ({
        says: "<analysis>short</analysis>\n<summary>\n1. The task: mend a.txt. It is mended.\n</summary>",
      })),
    }),
  ),
};
const hooks = JSON.stringify({
  hooks: {
    PostToolUse: [
      {
        matcher: "*",
        hooks: [
          {
            type: "command",
            command: `echo '${JSON.stringify({ hookSpecificOutput: { hookEventName: "PostToolUse", additionalContext: "HOOK after a tool" } })}'`,
          },
        ],
      },
    ],
    UserPromptSubmit: [{ hooks: [{ type: "command", command: "echo HOOK before a prompt" }] }],
  },
});
const one = { main: 1, subAgent: 0 };

export const sessionKinds: readonly SessionKind[] = [
  {
    name: "long",
    cast: (folder) =>
      always(
        { call: read(join(folder, "a.txt")) },
        ...Array.from({ length: 11 }, (_, at): Line[] => [
          { says: `Step ${at}.`, call: bash(`seq ${at} ${at + 40}; echo '  indented'`) },
          // Both clients take the blanks off the end of what an edit puts in: the first of these comes back without.
          { call: edit(join(folder, "a.txt"), at === 0 ? "one" : `v${at - 1}`, at === 0 ? "v0 " : `v${at}`) },
        ]).flat(),
        { says: "Done." },
      ),
    processes: [{ deeds: [{ say: "mend it" }, { say: "and now?" }] }],
    lanes: one,
    changedAnswers: 1,
  },
  {
    name: "sub-agents",
    cast: () => [
      {
        speaks: ({ turns }) => turns.some((turn) => turn.role === "user" && turn.text.includes("PART ")),
        runtime: plays({ call: bash("sleep 0.2; cat a.txt") }, { call: bash("ls") }, { says: "This part is done." }),
      },
      {
        speaks: anybody,
        runtime: plays(
          { says: "I send two.", call: [agent("one"), agent("two")] },
          { call: bash("sleep 2; echo main") },
          { says: "Both are back." },
        ),
      },
    ],
    processes: [{ deeds: [{ say: "mend it" }, { say: "thanks" }] }],
    lanes: { main: 1, subAgent: 2 },
  },
  {
    name: "compact",
    cast: () => [summary, ...always({ call: bash("echo hi") }, { says: "One." }, { says: "Two." })],
    processes: [
      { deeds: [{ say: "mend it" }, { say: "what next?" }, { say: "/compact" }, { say: "go on" }] },
      { flags: ["--continue"], deeds: [{ say: "and on" }, { say: "and on" }] },
    ],
    lanes: { main: 2, subAgent: 0 },
  },
  {
    name: "continue",
    cast: () =>
      always({ call: bash("echo hi") }, { says: "One." }, { call: bash("git status --short") }, { says: "Two." }, { says: "Three." }),
    processes: [
      { deeds: [{ say: "mend it" }] },
      {
        flags: ["--continue"],
        before: (folder) => writeFile(join(folder, "new.txt"), "git's status is another one now\n"),
        deeds: [{ say: "go on" }, { say: "more" }],
      },
    ],
    lanes: one,
  },
  {
    name: "image",
    cast: (folder) => always({ call: read(join(folder, "p.png")) }, { says: "A dot." }, { says: "Still a dot." }),
    processes: [{ deeds: [{ say: "look" }, { say: "again" }] }],
    lanes: one,
  },
  {
    name: "parallel",
    cast: (folder) =>
      always(
        { says: "Three at once.", call: [bash("sleep 0.4; echo slow"), read(join(folder, "a.txt")), bash("echo quick")] },
        { call: [read(join(folder, "CLAUDE.md")), bash("false"), bash("echo after")] },
        { says: "Done." },
      ),
    processes: [{ deeds: [{ say: "mend it" }, { say: "and?" }] }],
    lanes: one,
  },
  {
    name: "failed tools",
    cast: (folder) =>
      always(
        { call: bash("echo out; echo err >&2; exit 3") },
        { call: read(join(folder, "none.txt")) },
        { call: edit(join(folder, "b.txt"), "x", "y") },
        { call: read(join(folder, "empty.txt")) },
        { call: { tool: "Bash", input: {} } },
        { says: "Done." },
      ),
    processes: [{ deeds: [{ say: "mend it" }, { say: "and?" }] }],
    lanes: one,
  },
  {
    name: "hook",
    cast: (folder) =>
      always(
        { call: bash("echo hi") },
        { call: [read(join(folder, "a.txt")), bash("echo ho")] },
        { says: "Two." },
        { call: bash("echo hu") },
        { says: "Three." },
      ),
    processes: [{ flags: ["--settings", hooks], deeds: [{ say: "mend it" }, { say: "more" }, { say: "more" }] }],
    lanes: one,
  },
  {
    name: "interrupted",
    cast: () => always({ call: bash("sleep 20; echo hi") }, { says: "A slow answer.", delayMs: 3_000 }, { says: "After." }),
    processes: [{ deeds: [{ say: "mend it", stopAt: 1 }, { say: "and now", stopAt: 2 }, { say: "and then" }] }],
    lanes: one,
  },
  {
    name: "context",
    cast: () => always({ call: bash("echo hi") }, { says: "One." }, { says: "Two." }, { says: "Three." }),
    processes: [{ deeds: [{ say: "mend it" }, { say: "/context" }, { say: "go on" }] }],
    lanes: one,
  },
];

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
