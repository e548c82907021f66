import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { asksForSummary } from "../src/gateway/lanes.ts";
import type { Prompt } from "../src/prompt/prompt.ts";
import type { Runtime } from "../src/runtime/runtime.ts";
import { scripted } from "./gateway-fixture.ts";
import type { Deed } from "./real-client.ts";

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

export interface Role {
  readonly speaks: (prompt: Prompt) => boolean;
  readonly runtime: Runtime;
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
