import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { CloisterError } from "../error.ts";
import { descendantsOf, openRouteCounters, type RouteCounters } from "./route-counters.ts";
import type { SealedProcess } from "./seal.ts";

/** A sandbox that runs: its first process and the counters of its network namespace. */
interface Inside {
  readonly first: number;
  readonly counters: RouteCounters;
}

/** How long a sandbox may take to have a network namespace, and to be gone at its end. */
const patienceMs = 60_000;

/**
 * Follows a sandbox from its start to the end of everything in it. The program inside waits at a gate (`inside-script.ts`) and is let in
 * when the counters of its network namespace are open. `ended` gets the direct attempts that were counted, before `exited` settles.
 */
export async function watchSealed(
  child: ChildProcess,
  signal: AbortSignal | undefined,
  ended: (attempts: number) => void,
): Promise<SealedProcess> {
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once("exit", (code, by) => resolve({ code, signal: by })),
  );
  const { pid } = child;
  if (pid === undefined) {
    const cause = await new Promise<Error>((resolve) => child.once("error", resolve));
    ended(0);
    throw new CloisterError("internal", `The sandbox could not be started in its folder: ${cause.message}.`, { cause });
  }
  const kill = (): void => {
    if (!isRunning(child)) return;
    // The sandbox's first process inside: when it is killed the kernel ends all others of its process namespace before it reports the
    // exit, so `exited` comes when nothing is left. Before it exists there is only the group.
    const [first] = descendantsOf(pid);
    send(first ?? -pid, "SIGKILL");
  };
  signal?.addEventListener("abort", kill, { once: true });
  if (signal?.aborted === true) kill();
  const entered = letIn(child, pid, kill);
  return {
    stdout: child.stdout,
    stderr: child.stderr,
    exited: exited.then(async (how) => {
      signal?.removeEventListener("abort", kill);
      const inside = await entered;
      if (inside !== undefined) await goneFrom(inside.first);
      ended(inside?.counters.attempts() ?? 0);
      inside?.counters.close();
      return how;
    }),
    kill,
    resized() {
      for (const each of descendantsOf(pid)) send(each, "SIGWINCH");
    },
  };
}

/**
 * Waits until the sandbox has a network namespace that is not ours, opens its counters, and only then lets the program inside begin. A
 * sandbox that comes to none is ended: its program has not run.
 */
async function letIn(child: ChildProcess, pid: number, kill: () => void): Promise<Inside | undefined> {
  const gate = child.stdio[3] as Writable;
  gate.on("error", () => {}); // it ended before it was let in
  const pauseMs = 10;
  for (let waitedMs = 0; waitedMs < patienceMs && isRunning(child); waitedMs += pauseMs) {
    const [first] = descendantsOf(pid);
    const counters = first === undefined ? undefined : openRouteCounters(pid);
    if (first !== undefined && counters !== undefined) {
      gate.end("in\n");
      return { first, counters };
    }
    await sleep(pauseMs);
  }
  kill();
  return undefined;
}

/**
 * The sandbox reports its program's end a moment before the rest of its process namespace is gone. The namespace ends with its first
 * process, which the kernel buries only when all others are dead.
 */
async function goneFrom(first: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < patienceMs && isAlive(first); waitedMs += 5) await sleep(5);
}

/** Neither gone nor a zombie: the third field of `/proc/PID/stat`, after the name in parentheses. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It went since we looked.
  }
}
