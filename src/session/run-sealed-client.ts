import { join } from "node:path";
import type { FoundClient } from "../client/find-clients.ts";
import { type LaunchMode, type LaunchProfile, planLaunch } from "../client/plan-launch.ts";
import { type ClientEvent, readClientStream } from "../client/client-stream.ts";
import { writeLaunchFiles } from "../client/write-launch-files.ts";
import { openSeal } from "../seal/open-seal.ts";
import { hiddenFolders } from "../seal/policy.ts";
import { type Refusal, RefusalTally } from "../seal/refusal.ts";
import { createSessionCa } from "../seal/session-ca.ts";
import { type HostHandler, openSwitchboard } from "../seal/switchboard.ts";

export interface SealedClientOptions {
  readonly client: FoundClient;
  readonly mode: LaunchMode;
  readonly profile: LaunchProfile;
  /** What the client is told of the model: name, window and longest answer in tokens. */
  readonly model: { readonly name: string; readonly window: number; readonly maxOutput: number };
  /** The session's token, which the gateway knows. */
  readonly token: string;
  /** Who answers inside the seal, by host name; `gateway.internal` must be one. */
  readonly hosts: ReadonlyMap<string, HostHandler>;
  /** The session's own folder: private, on a short path (a unix socket is in it), removed by whoever made it. */
  readonly folder: string;
  readonly workDir: string;
  /** Write-protected paths inside the work folder. */
  readonly readOnly?: readonly string[] | undefined;
  /** For kubectl, git and gh inside. */
  readonly extraEnv?: Readonly<Record<string, string>> | undefined;
  /** Folders of PATH inside, most wanted first; readable inside even where they lie in a hidden folder. */
  readonly pathFolders: readonly string[];
  /** More paths to read, such as what those programs need. */
  readonly readable?: readonly string[] | undefined;
  /** More folders that are hidden inside. */
  readonly hidden?: readonly string[] | undefined;
  /** The user's home: hidden inside. */
  readonly userHome: string;
  readonly searchPath: string;
  readonly terminal?: Readonly<Record<string, string | undefined>> | undefined;
  /** Tells the given function whenever the terminal has another size, until what it returns is called. */
  readonly onResize?: ((resized: () => void) => () => void) | undefined;
  readonly onRefused: (refusal: Refusal) => void;
  /** What the client prints under `-p`, as it comes. */
  readonly onEvent?: ((event: ClientEvent) => void) | undefined;
  readonly signal: AbortSignal;
}

export interface ClientOutcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what the client said on standard error, 4,000 characters at most. */
  readonly complaint: string;
  readonly refusals: readonly Refusal[];
}

export const gatewayHost = "gateway.internal";

/**
 * Runs the client in the seal until it ends: a CA for the session, the switchboard on one unix socket, the sandbox, the launch. All of it
 * is gone when this settles, however it settles. Throws `missing` where no seal can be had: no sandbox, no session.
 */
export async function runSealedClient(options: SealedClientOptions): Promise<ClientOutcome> {
  const hosts = [...options.hosts.keys()];
  const ca = await createSessionCa(hosts);
  const socketPath = join(options.folder, "door.sock");
  const configFolder = join(options.folder, "home");
  // The seal counts what it refuses; what reaches the switchboard and has no host there is counted here.
  const tally = new RefusalTally();
  const switchboard = await openSwitchboard({
    socketPath,
    hosts: options.hosts,
    ca,
    onRefused: (refusal) => options.onRefused(tally.add(refusal)),
  });
  try {
    const seal = await openSeal({
      hosts,
      socketPath,
      caPem: ca.caPem,
      writable: [options.workDir, configFolder],
      readOnly: options.readOnly,
      hidden: [...hiddenFolders(options.userHome), ...(options.hidden ?? [])],
      readable: [options.client.folder, ...options.pathFolders, ...(options.readable ?? [])],
      tempRoot: options.folder,
      searchPath: options.searchPath,
      onRefused: options.onRefused,
    });
    try {
      const launch = planLaunch({
        client: options.client,
        mode: options.mode,
        profile: options.profile,
        model: options.model.name,
        gatewayUrl: `http://${gatewayHost}`,
        token: options.token,
        configFolder,
        workDir: options.workDir,
        window: options.model.window,
        maxOutput: options.model.maxOutput,
        pathFolders: options.pathFolders,
        terminal: options.terminal,
        extraEnv: options.extraEnv,
      });
      await writeLaunchFiles(launch);
      const child = await seal.run(launch, { stdio: options.mode.kind === "run" ? "pipe" : "inherit", signal: options.signal });
      const forget = options.onResize?.(() => child.resized());
      let complaint = "";
      child.stderr?.setEncoding("utf8").on("data", (text: string) => {
        complaint = (complaint + text).slice(-4000);
      });
      if (child.stdout !== null) for await (const event of readClientStream(child.stdout)) options.onEvent?.(event);
      const { code, signal } = await child.exited;
      forget?.();
      return { code, signal, complaint, refusals: [...seal.refusals(), ...tally.list()] };
    } finally {
      await seal.close();
    }
  } finally {
    await switchboard.close();
  }
}
