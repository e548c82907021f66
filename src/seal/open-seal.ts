import { spawn } from "node:child_process";
import { realpathSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { SandboxManager, type SandboxRuntimeConfig } from "@anthropic-ai/sandbox-runtime";
import { CloisterError } from "../error.ts";
import { bridgeScript, insideScript, shellWord } from "./inside-script.ts";
import { planPolicy, type SealPrograms } from "./policy.ts";
import { proveSeal, requireNamespaces, requireRuntime } from "./prove-seal.ts";
import { findSealPrograms } from "./programs.ts";
import { RefusalTally, type Refusal } from "./refusal.ts";
import type { Seal, SealedProcess, SealOptions } from "./seal.ts";
import { watchSealed } from "./sealed-process.ts";

/** What the runtime puts into its proxy's user name in place of the command, which is nobody's business there. */
const attribution = { commandId: "cloister", commandText: "cloister" };

/** Where the sandbox runtime is installed. */
const runtimeFolder = dirname(dirname(realpathSync(fileURLToPath(import.meta.resolve("@anthropic-ai/sandbox-runtime")))));

/** The sandbox runtime is one per process, with its proxy, its bridge and its store; so is the seal. */
let isOpen = false;

/**
 * Closes the seal around what `run` will start: no network but the switchboard, no unix socket, no reads in hidden folders, writes
 * only where `writable` says. Everything is checked before it returns, with a program that looks at the boundary from inside;
 * what cannot be had is an error (`missing`, with what to do) and nothing runs. One seal at a time in a process (`locked`).
 *
 * While it is open this process's working folder is the seal's own: the runtime write-protects a list of file names wherever the process
 * that uses it stands, and where they do not exist it puts devices in their place, which then turn up in `git status`.
 */
export async function openSeal(options: SealOptions): Promise<Seal> {
  if (isOpen) throw new CloisterError("locked", "This process already holds a seal; the sandbox can hold one at a time.");
  isOpen = true;
  const cwd = process.cwd();
  let folder: string | undefined;
  try {
    const programs = await findSealPrograms(options.searchPath);
    await requireNamespaces(programs.bwrap);
    folder = await mkdtemp(join(options.tempRoot, "seal-"));
    process.chdir(folder);
    const seal = await closeSeal(options, programs, folder, cwd);
    await requireRuntime();
    await proveSeal(seal);
    return seal;
  } catch (error) {
    await takeDown(folder, cwd);
    throw error;
  }
}

async function closeSeal(options: SealOptions, programs: SealPrograms, folder: string, cwd: string): Promise<Seal> {
  const caFile = join(folder, "ca.pem");
  const scriptFile = join(folder, "inside.sh");
  const temp = join(folder, "tmp");
  await mkdir(temp);
  await writeFile(caFile, options.caPem);
  await writeFile(scriptFile, insideScript);
  const bridgeFile = join(folder, "bridge.sh");
  const { setpriv } = programs;
  if (setpriv !== undefined) await writeFile(bridgeFile, bridgeScript(setpriv, programs.socat), { mode: 0o700 });

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
    // The runtime starts helpers of its own inside; a checkout below a hidden folder, such as the user's home, would hide them.
    readable: [...options.readable, runtimeFolder, programs.socat, caFile, scriptFile, ...(setpriv === undefined ? [] : [bridgeFile])],
    programs: setpriv === undefined ? programs : { ...programs, socat: bridgeFile },
  });
  // The runtime asks about every host that is not on its list; here is where refusals become known, host and port apart.
  await initialize(config, (host, port) => refused({ host, port, what: "not-allowed", count: 1 }));
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
        attribution,
      );
      // `exec`, so that the sandbox is our own child and dies with us, however we end.
      const child = spawn("/bin/sh", ["-c", `exec ${wrapped}`], {
        cwd: command.cwd,
        env: { ...command.env, ...trust(caFile) },
        stdio: stdio === "inherit" ? ["inherit", "inherit", "inherit", "pipe"] : ["ignore", "pipe", "pipe", "pipe"],
        detached: true,
      });
      const sealed = await watchSealed(child, signal, (attempts) => {
        if (attempts > 0) refused({ host: "", port: undefined, what: "no-route", count: attempts });
        SandboxManager.cleanupAfterCommand();
      });
      running.add(sealed);
      void sealed.exited.then(() => running.delete(sealed));
      return sealed;
    },
    refusals: () => tally.list(),
    async close() {
      const ending = [...running];
      for (const sealed of ending) sealed.kill();
      await Promise.all(ending.map((sealed) => sealed.exited));
      await takeDown(folder, cwd);
    },
  };
}

async function takeDown(folder: string | undefined, cwd: string): Promise<void> {
  try {
    process.chdir(cwd);
    await SandboxManager.reset();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  } finally {
    isOpen = false;
  }
}

/**
 * Starts the runtime's proxy and its bridge. It gives the bridge about a second to appear, which a busy machine does not always
 * manage; the runtime has cleaned up by then, so it is simply asked again.
 */
async function initialize(config: SandboxRuntimeConfig, onRefused: (host: string, port: number | undefined) => void): Promise<void> {
  const refuse = async ({ host, port }: { host: string; port: number | undefined }): Promise<false> => {
    onRefused(host, port);
    return false;
  };
  for (let tries = 1; ; tries++) {
    try {
      return await SandboxManager.initialize(config, refuse);
    } catch (error) {
      if (tries === 5) throw new CloisterError("internal", "The sandbox's network bridge did not start.", { cause: error });
    }
  }
}

/** Variables by which the usual programs find the session's authority. Each replaces the program's own list: no other is trusted. */
function trust(caFile: string): Record<string, string> {
  return { SSL_CERT_FILE: caFile, CURL_CA_BUNDLE: caFile, GIT_SSL_CAINFO: caFile, NODE_EXTRA_CA_CERTS: caFile };
}
