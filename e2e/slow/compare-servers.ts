import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { createClusterApi } from "../../src/incident/cluster/cluster-api.ts";
import { kubeconfig } from "../../src/incident/cluster/kubeconfig.ts";
import { rebaseOffset } from "../../src/incident/cluster/rebase.ts";
import type { RecordedCluster } from "../../src/incident/cluster/recorded-cluster.ts";
import { type Command, commandsFor } from "./commands.ts";
import { firstDifference, inOrder, type Printed, type TakenOut } from "./compare-outputs.ts";
import { clearServer, loadIntoServer, type Refused, withServersOwn } from "./load-into-server.ts";
import type { RealServer } from "./real-server.ts";

export interface Difference {
  readonly command: Command;
  readonly real: string;
  readonly recorded: string;
}

export interface Comparison {
  readonly commands: readonly Command[];
  readonly differences: readonly Difference[];
  /** Objects that the real server would not have taken as they are. */
  readonly refused: readonly Refused[];
}

export interface Asker {
  readonly kubectl: string;
  readonly folder: string;
}

/** Loads a recording into the real server, asks both the same, and leaves the server as it was. */
export async function compareServers(server: RealServer, recording: RecordedCluster, namespace: string, asker: Asker): Promise<Comparison> {
  const began = await server.store.all();
  // Both are told the same now: ages are those of the recording.
  const now = Date.now();
  const offset = rebaseOffset(recording.recordedAt, now);
  try {
    const refused = await loadIntoServer(server, recording, offset);
    const cluster = { ...(await withServersOwn(server, recording, offset)), serverVersion: server.version };
    const commands = commandsFor(recording, namespace);
    const differences = await withRecorded(cluster, namespace, now, asker, async (recordedConfig) => {
      const realConfig = await server.kubeconfig(namespace);
      return askBoth(commands, realConfig, recordedConfig, asker);
    });
    return { commands, differences, refused };
  } finally {
    await clearServer(server, began);
  }
}

/** Serves a recording for a while. `began` is the moment at which it ended, so that its ages are those of the other server. */
export async function withRecorded<T>(
  cluster: RecordedCluster,
  namespace: string,
  began: number,
  { folder }: Asker,
  use: (kubeconfigFile: string) => Promise<T>,
): Promise<T> {
  let first = true;
  const now = () => {
    const at = first ? began : Date.now();
    first = false;
    return at;
  };
  const api = createClusterApi(cluster, { now, watchMs: 5_000 });
  const server = createServer(getRequestListener(api.fetch));
  try {
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const file = join(folder, "kubeconfig-recorded");
    await writeFile(file, kubeconfig({ server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, namespace }));
    return await use(file);
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}

/** Asks both servers each command, and tells where they differ. */
export async function askBoth(
  commands: readonly Command[],
  real: string,
  recorded: string,
  asker: Asker,
  takenOut?: TakenOut,
): Promise<Difference[]> {
  const differences: Difference[] = [];
  // One after the other, so that each pair is asked within the same second or two.
  for (const command of commands) {
    const [a, b] = await Promise.all([ask(asker, "real", real, command), ask(asker, "recorded", recorded, command)]);
    const found = firstDifference(a, b, takenOut);
    if (found === undefined) continue;
    if (command.args[0] === "describe" && firstDifference(inOrder(a), inOrder(b), takenOut) === undefined) continue;
    differences.push({ command, ...found });
  }
  return differences;
}

/** Runs kubectl with a HOME of its own, since it caches discovery there. */
export async function ask({ kubectl, folder }: Asker, which: string, config: string, { args }: Command): Promise<Printed> {
  const home = join(folder, `home-${which}`);
  await mkdir(home, { recursive: true });
  const env = { HOME: home, KUBECONFIG: config, PATH: process.env["PATH"], LC_ALL: "C" };
  return new Promise((done) => {
    execFile(kubectl, [...args], { env, timeout: 60_000, maxBuffer: 64 * 2 ** 20 }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
    );
  });
}
