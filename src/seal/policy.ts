import { join } from "node:path";
import type { SandboxRuntimeConfig } from "@anthropic-ai/sandbox-runtime";

/** What the sandbox lets a session read, write and reach. All paths are absolute. */
export interface PolicyOptions {
  /** Names that answer on the switchboard; nothing else can be reached. */
  readonly hosts: readonly string[];
  readonly socketPath: string;
  /** Folders that the session may write. */
  readonly writable: readonly string[];
  /** Paths inside writable ones that it may not, see `repositoryGuards`. */
  readonly readOnly: readonly string[];
  /** Folders that it may not read, see `hiddenFolders`. */
  readonly hidden: readonly string[];
  /** Paths inside hidden ones that it may: the client, Node, kubectl. */
  readonly readable: readonly string[];
  readonly programs: SealPrograms;
}

/** Absolute paths of what the sandbox is made of. */
export interface SealPrograms {
  readonly bwrap: string;
  readonly socat: string;
  readonly rg: string;
  /** Ties a helper's life to ours; part of util-linux, so nearly always there. */
  readonly setpriv: string | undefined;
}

/**
 * The sandbox runtime's configuration, a pure value. Its own list of write-protected files is bound to the folder this process happens
 * to run in, so what protects the work folder is said here instead (`readOnly`), and its search is kept to one level.
 */
export function planPolicy(options: PolicyOptions): SandboxRuntimeConfig {
  const literal = (path: string): { path: string; literal: true } => ({ path, literal: true });
  return {
    network: {
      allowedDomains: [...options.hosts],
      deniedDomains: [],
      mitmProxy: { socketPath: options.socketPath, domains: [...options.hosts] },
      // Without these two the runtime takes the proxy of our own environment for its way out. Empty means none.
      parentProxy: { http: "", https: "" },
      allowAllUnixSockets: false,
      allowLocalBinding: false,
    },
    filesystem: {
      denyRead: [...options.hidden.map(literal), `${sharedTemp}/*`],
      allowRead: options.readable.map(literal),
      allowWrite: options.writable.map(literal),
      denyWrite: [...options.readOnly, sharedTemp].map(literal),
      allowGitConfig: true,
    },
    enableWeakerNestedSandbox: false,
    allowNestedUserNamespaces: false,
    mandatoryDenySearchDepth: 1,
    ripgrep: { command: options.programs.rg },
    bwrapPath: options.programs.bwrap,
    socatPath: options.programs.socat,
  };
}

/** The runtime gives every sandbox of the machine this folder to write; a way from one session to another. Ours have a private one. */
const sharedTemp = "/tmp/claude";

/**
 * Folders whose content a session has no business with: the user's home (keys, tokens, cloud credentials, shell history), other users', every
 * temporary folder, and the sockets and media below `/run`. What the session needs in them is named by `readable` and `writable`.
 */
export function hiddenFolders(home: string): string[] {
  return [...new Set([home, "/home", "/root", "/tmp", "/var/tmp", "/run", "/mnt", "/media"])];
}

/**
 * The files of a repository that run commands when a person uses git there later, outside the seal: they stay as they are. For a
 * clone that is thrown away with the session they need no guard (and `git push -u` writes to one of them).
 */
export function repositoryGuards(workDir: string): string[] {
  return [join(workDir, ".git", "hooks"), join(workDir, ".git", "config")];
}
