import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { SandboxManager } from "@anthropic-ai/sandbox-runtime";
import { CloisterError } from "../error.ts";
import { insideScript, shellWord } from "./inside-script.ts";
import { planPolicy, type SealPrograms } from "./policy.ts";
import { proveSeal, requireSandbox } from "./prove-seal.ts";
import { findSealPrograms } from "./programs.ts";
import { RefusalTally, type Refusal } from "./refusal.ts";
import { descendantsOf, openRouteCounters, type RouteCounters } from "./route-counters.ts";
import type { Seal, SealedProcess, SealOptions } from "./seal.ts";

/** The sandbox runtime is one per process, with its proxy, its bridge and its store; so is the seal. */
let isOpen = false;

/**
 * Closes the seal around what `run` will start: no network but the switchboard, no unix socket, no reads in hidden folders, writes
 * only where `writable` says. Everything is checked before it returns, with a program that looks at the boundary from inside;
 * what cannot be had is an error (`missing`, with what to do) and nothing runs. One seal at a time in a process (`locked`).
 */
export async function openSeal(options: SealOptions): Promise<Seal> {
  if (isOpen) throw new CloisterError("locked", "This process already holds a seal; the sandbox can hold one at a time.");
  isOpen = true;
  let folder: string | undefined;
  try {
    const programs = await findSealPrograms(options.searchPath);
    await requireSandbox(programs.bwrap);
    folder = await mkdtemp(join(options.tempRoot, "seal-"));
    const seal = await closeSeal(options, programs, folder);
    await proveSeal(seal);
    return seal;
  } catch (error) {
    await SandboxManager.reset();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    isOpen = false;
    throw error;
  }
}

async function closeSeal(options: SealOptions, programs: SealPrograms, folder: string): Promise<Seal> {
  const caFile = join(folder, "ca.pem");
  const scriptFile = join(folder, "inside.sh");
  const temp = join(folder, "tmp");
  await mkdir(temp);
  await writeFile(caFile, options.caPem);
  await writeFile(scriptFile, insideScript);

  const tally = new RefusalTally();
  const refused = (refusal: Refusal): void => {
    const counted = tally.add(refusal);
    options.onRefused?.(counted);
  };
  const config = planPolicy({
    hosts: options.hosts,
    socketPath: options.socketPath,
    writable: [...options.writable, temp],
    readOnly: options.readOnly ?? [],
    hidden: options.hidden,
    readable: [...options.readable, caFile, scriptFile],
    programs,
  });
  // The runtime asks about every host that is not on its list; here is where refusals become known, host and port apart.
  await SandboxManager.initialize(config, async ({ host, port }) => {
    refused({ host, port, what: "not-allowed", count: 1 });
    return false;
  });
  const bridge = SandboxManager.getLinuxHttpSocketPath();
  const readable = [...(config.filesystem.allowRead ?? []), ...(bridge === undefined ? [] : [bridge])];
  const running = new Set<SealedProcess>();

  return {
    async run(command, { stdio, signal }) {
      signal?.throwIfAborted();
      const words = ["/bin/sh", scriptFile, temp, ...command.argv].map((word) => shellWord(word)).join(" ");
      const wrapped = await SandboxManager.wrapWithSandbox(
        words,
        "/bin/sh",
        { filesystem: { ...config.filesystem, allowRead: readable } },
        signal,
      );
      // `exec`, so that the sandbox is our own child and dies with us, however we end.
      const child = spawn("/bin/sh", ["-c", `exec ${wrapped}`], {
        cwd: command.cwd,
        env: { ...command.env, ...trust(caFile) },
        stdio: stdio === "inherit" ? ["inherit", "inherit", "inherit", "pipe"] : ["ignore", "pipe", "pipe", "pipe"],
        detached: true,
      });
      const sealed = watch(child, signal, (attempts) => {
        if (attempts > 0) refused({ host: "", port: undefined, what: "no-route", count: attempts });
        SandboxManager.cleanupAfterCommand();
        running.delete(sealed);
      });
      running.add(sealed);
      return sealed;
    },
    refusals: () => tally.list(),
    async close() {
      const ending = [...running];
      for (const sealed of ending) sealed.kill();
      await Promise.all(ending.map((sealed) => sealed.exited));
      await SandboxManager.reset();
      await rm(folder, { recursive: true, force: true });
      isOpen = false;
    },
  };
}

/** Variables by which the usual programs find the session's authority. Each replaces the program's own list: no other is trusted. */
function trust(caFile: string): Record<string, string> {
  return { SSL_CERT_FILE: caFile, CURL_CA_BUNDLE: caFile, GIT_SSL_CAINFO: caFile, NODE_EXTRA_CA_CERTS: caFile };
}

function watch(child: ChildProcess, signal: AbortSignal | undefined, ended: (attempts: number) => void): SealedProcess {
  const { pid } = child;
  const kill = (): void => {
    if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    // The sandbox's first process inside: when it is killed the kernel ends all others of its process namespace before it reports the
    // exit, so `exited` comes when nothing is left. Before it exists there is only the group.
    const [first] = descendantsOf(pid);
    process.kill(first ?? -pid, "SIGKILL");
  };
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once("exit", (code, by) => resolve({ code, signal: by }));
    child.once("error", () => resolve({ code: null, signal: null }));
  });
  signal?.addEventListener("abort", kill, { once: true });
  const counters = pid === undefined ? Promise.resolve(undefined) : letIn(child, pid);
  const done = exited.then(async (how) => {
    signal?.removeEventListener("abort", kill);
    const opened = await counters;
    ended(opened?.attempts() ?? 0);
    opened?.close();
    return how;
  });
  return {
    stdout: child.stdout,
    stderr: child.stderr,
    exited: done,
    kill,
    resized() {
      for (const each of pid === undefined ? [] : descendantsOf(pid)) {
        try {
          process.kill(each, "SIGWINCH");
        } catch {
          // Gone since it was listed.
        }
      }
    },
  };
}

/** Opens the namespace's counters as soon as it exists, and only then lets the program inside begin. */
async function letIn(child: ChildProcess, pid: number): Promise<RouteCounters | undefined> {
  let counters: RouteCounters | undefined;
  for (let tries = 0; tries < 500 && counters === undefined && child.exitCode === null && child.signalCode === null; tries++) {
    counters = openRouteCounters(pid);
    if (counters === undefined) await sleep(10);
  }
  const gate = child.stdio[3] as Writable | null | undefined;
  gate?.on("error", () => {}); // it ended before it was let in
  gate?.end("\n");
  return counters;
}
