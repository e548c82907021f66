import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { openSeal } from "../src/seal/open-seal.ts";
import { hiddenFolders } from "../src/seal/policy.ts";
import type { Refusal } from "../src/seal/refusal.ts";
import type { Seal, SealedCommand, SealOptions } from "../src/seal/seal.ts";
import { createSessionCa } from "../src/seal/session-ca.ts";
import { openSwitchboard, type HostHandler } from "../src/seal/switchboard.ts";

/** A switchboard and a seal in a temporary folder, as a session lays them out. */
export interface SealedSession {
  readonly seal: Seal;
  /** Holds all of the session; outside the seal's view but for what is named. */
  readonly root: string;
  readonly workDir: string;
  readonly configFolder: string;
  /** Both kinds: the sandbox's and the switchboard's. */
  readonly refused: Refusal[];
  close(): Promise<void>;
}

export async function openSession(
  hosts: Record<string, HostHandler>,
  options: Partial<Pick<SealOptions, "readable" | "writable" | "readOnly" | "searchPath">> = {},
): Promise<SealedSession> {
  const root = await mkdtemp(join(tmpdir(), "cl-"));
  const workDir = join(root, "work");
  const configFolder = join(root, "client");
  for (const folder of [workDir, configFolder]) await mkdir(folder);
  const names = Object.keys(hosts);
  const refused: Refusal[] = [];
  const ca = await createSessionCa(names);
  const board = await openSwitchboard({
    socketPath: join(root, "board.sock"),
    ca,
    hosts: new Map(Object.entries(hosts)),
    onRefused: (refusal) => refused.push(refusal),
  });
  const tidy = async (): Promise<void> => {
    await board.close();
    await rm(root, { recursive: true, force: true });
  };
  try {
    const seal = await openSeal({
      hosts: names,
      socketPath: board.socketPath,
      caPem: ca.caPem,
      writable: [workDir, configFolder],
      hidden: hiddenFolders(homedir()),
      readable: [dirname(process.execPath)],
      tempRoot: root,
      searchPath: process.env["PATH"] ?? "",
      onRefused: (refusal) => refused.push(refusal),
      ...options,
    });
    return {
      seal,
      root,
      workDir,
      configFolder,
      refused,
      async close() {
        await seal.close();
        await tidy();
      },
    };
  } catch (error) {
    await tidy();
    throw error;
  }
}

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in the seal to its end. */
export async function runSealed(session: SealedSession, command: Pick<SealedCommand, "argv"> & Partial<SealedCommand>): Promise<Outcome> {
  const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: session.configFolder, LANG: "C.UTF-8" };
  const sealed = await session.seal.run({ cwd: session.workDir, ...command, env: { ...env, ...command.env } }, { stdio: "pipe" });
  const [stdout = "", stderr = ""] = await Promise.all(
    [sealed.stdout, sealed.stderr].map((stream) => (stream === null ? "" : text(stream))),
  );
  return { code: (await sealed.exited).code, stdout, stderr };
}
