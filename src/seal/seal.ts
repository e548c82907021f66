import type { Readable } from "node:stream";
import type { Refusal } from "./refusal.ts";

export interface SealOptions {
  /** Names that answer on the switchboard at `socketPath`; nothing else can be reached from inside. */
  readonly hosts: readonly string[];
  readonly socketPath: string;
  /** Certificate of the session's authority; programs inside trust it and no other. */
  readonly caPem: string;
  /** Folders that may be written: the work folder, the client's private configuration. */
  readonly writable: readonly string[];
  readonly readOnly?: readonly string[] | undefined;
  readonly hidden: readonly string[];
  readonly readable: readonly string[];
  /** Where the seal makes its own private folder; short, because a unix socket's path is. */
  readonly tempRoot: string;
  /** PATH in which bwrap, socat and rg are looked for. Programs inside get the PATH of their launch. */
  readonly searchPath: string;
  /** Called for every refusal as it happens, with the count so far. */
  readonly onRefused?: ((refusal: Refusal) => void) | undefined;
}

/** What to run; a `Launch` of the client's room is one. The environment is whole: nothing of ours is added but proxy, CA and TMPDIR. */
export interface SealedCommand {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export interface RunOptions {
  /** `inherit` for a session at the terminal; `pipe` for the others, with an empty standard input. */
  readonly stdio: "inherit" | "pipe";
  readonly signal?: AbortSignal | undefined;
}

export interface SealedProcess {
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  /** Settles when the program and everything it started is gone. Never rejects. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Ends the program and everything it started, at once. */
  kill(): void;
  /** Tells what runs inside that the terminal has another size; the sandbox keeps the kernel from doing it. */
  resized(): void;
}

export interface Seal {
  run(command: SealedCommand, options: RunOptions): Promise<SealedProcess>;
  /** What was refused so far. Direct attempts at addresses are in it from the moment their program has ended. */
  refusals(): Refusal[];
  /** Kills what runs, takes the sandbox's helpers down and removes its files. */
  close(): Promise<void>;
}
