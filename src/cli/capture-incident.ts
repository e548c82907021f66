import { basename, join, resolve } from "node:path";
import { CloisterError } from "../error.ts";
import { writeManifests } from "../incident/capture/manifests.ts";
import type { CaptureManifest, RepositoryNote } from "../incident/capture/manifest.ts";
import { redactCapture, type RedactedCapture, type RepositoryFile } from "../incident/capture/redact-capture.ts";
import { clusterFiles, incidentFiles } from "../incident/capture/scenario-files.ts";
import { demandFree, type FolderInTheMaking, withFolderInTheMaking } from "../incident/capture/write-folder.ts";
import { loadCluster } from "../incident/cluster/load-cluster.ts";
import { parseInstant } from "../incident/cluster/rebase.ts";
import { textAt } from "../incident/cluster/recorded-object.ts";
import { groupVersionOf, qualifiedResource } from "../incident/cluster/resource-types.ts";
import { loadScenario } from "../incident/scenario.ts";
import { snapshotOf } from "../incident/snapshot.ts";
import type { Finding } from "../triage/finding.ts";
import { triage } from "../triage/triage.ts";
import type { ClusterAccess } from "./cluster/live-snapshot.ts";
import { readCluster } from "./cluster/read-cluster.ts";
import { type LogBounds, readLogs } from "./cluster/read-logs.ts";
import { readRepository, type ReadRepository } from "./cluster/read-repository.ts";

export interface CaptureRequest {
  readonly access: ClusterAccess;
  readonly namespace: string;
  /** The scenario's folder, which must not be there yet; its name is the scenario's. */
  readonly out: string;
  /** A git repository; absent: manifests are made from the objects. */
  readonly repo: string | undefined;
  readonly service: string | undefined;
  readonly title: string | undefined;
  readonly task: string | undefined;
  readonly logs: LogBounds;
  /** Of Cloister, for the manifest. */
  readonly version: string;
  readonly told: (line: string) => void;
}

export interface Capture {
  readonly id: string;
  readonly folder: string;
  readonly manifest: CaptureManifest;
  /** What triage finds in the capture. */
  readonly findings: readonly Finding[];
}

const name = /^[a-z0-9][a-z0-9-]{0,62}$/;

/**
 * Makes a scenario of a live namespace: reads it, takes out what is secret, writes the folder beside its place, loads it as it will be
 * loaded, and only then puts it there. Throws what `readCluster` and `readRepository` throw, and `usage` and `bad-request` for a folder that cannot be.
 */
export async function captureIncident(request: CaptureRequest): Promise<Capture> {
  const { access, namespace, told } = request;
  const folder = resolve(request.out);
  const id = basename(folder);
  if (!name.test(id))
    throw new CloisterError("usage", `${id} cannot be a scenario: its name has lower-case letters, digits and dashes, 63 at most.`, {
      hint: "Name another folder with --out.",
    });
  await demandFree(folder);
  const repository = request.repo === undefined ? undefined : await readRepository(resolve(request.repo), access);
  const cluster = await readCluster(access, namespace, told);
  const pods = cluster.kinds.filter(({ type }) => qualifiedResource(type) === "pods").flatMap(({ objects }) => objects);
  const read = await readLogs(access, pods, request.logs, told);
  const clear = redactCapture({ kinds: cluster.kinds, logs: read.logs, repo: repository?.files });
  const capturedAt = latestOf(clear, Date.now());
  return withFolderInTheMaking(folder, async (making) => {
    await making.write(clusterFiles({ ...clear, capturedAt, serverVersion: cluster.serverVersion, types: cluster.types }));
    const findings = triage(snapshotOf(await loadCluster(join(making.folder, "cluster"))), namespace);
    const service = request.service ?? serviceOf(findings, clear, namespace);
    const files = repositoryFiles(clear, repository, namespace);
    await writeIncident(making, request, { id, capturedAt, service, repository, files: files.files });
    const manifest: CaptureManifest = {
      format: 1,
      capturedAt: new Date(capturedAt).toISOString(),
      namespace,
      tools: { cloister: request.version, kubectl: cluster.kubectlVersion, server: cluster.serverVersion },
      objects: clear.kinds.map(({ type, objects }) => ({
        resource: qualifiedResource(type),
        version: groupVersionOf(type),
        count: objects.length,
      })),
      logs: sizeOf(clear.logs),
      repository: files.note,
      leftOut: [...cluster.leftOut, ...read.leftOut, ...(repository?.leftOut ?? []), ...clear.leftOut],
      cut: [...cluster.cut, ...read.cut],
      redacted: clear.redacted,
    };
    await making.write(new Map([["manifest.json", `${JSON.stringify(manifest, undefined, 2)}\n`]]));
    // Nothing that `incident run` would refuse is left behind.
    await loadScenario(making.folder);
    access.signal.throwIfAborted();
    await making.finish();
    return { id, folder, manifest, findings };
  });
}

interface IncidentParts {
  readonly id: string;
  readonly capturedAt: number;
  readonly service: string;
  readonly repository: ReadRepository | undefined;
  readonly files: ReadonlyMap<string, RepositoryFile>;
}

async function writeIncident(making: FolderInTheMaking, request: CaptureRequest, parts: IncidentParts): Promise<void> {
  const { id, capturedAt, service, repository, files } = parts;
  const branch = repository?.branch ?? "main";
  await making.write(
    incidentFiles({
      id,
      capturedAt,
      namespace: request.namespace,
      service,
      title: request.title,
      task: request.task,
      repository: {
        name: asName(repository?.name ?? service),
        defaultBranch: /^[A-Za-z0-9][\w./-]{0,99}$/.test(branch) && branch !== "HEAD" ? branch : "main",
        message: repository === undefined ? "Write down what runs" : `The tree of ${repository.commit.slice(0, 12)}`,
      },
      repo: files,
    }),
  );
  const executable = [...files].filter(([, file]) => file.executable).map(([path]) => `repo/${path}`);
  await making.write(new Map([...files].map(([path, { bytes }]) => [`repo/${path}`, bytes])), new Set(executable));
}

function repositoryFiles(
  clear: RedactedCapture,
  repository: ReadRepository | undefined,
  namespace: string,
): { files: ReadonlyMap<string, RepositoryFile>; note: RepositoryNote } {
  if (repository !== undefined && clear.repo !== undefined)
    return { files: clear.repo, note: { from: "folder", commit: repository.commit, files: clear.repo.size } };
  const { files, applied, derived } = writeManifests(clear.kinds, namespace);
  const all = new Map([["README.md", `# ${namespace}\n\nThe manifests of namespace ${namespace}, written from its objects.\n`], ...files]);
  return {
    files: new Map([...all].map(([path, text]) => [path, { bytes: Buffer.from(text), executable: false }])),
    note: { from: "objects", applied, derived, files: all.size },
  };
}

/** What the incident is about, as far as can be told: the workload that triage names first, or the first there is. */
function serviceOf(findings: readonly Finding[], { kinds }: RedactedCapture, namespace: string): string {
  const workloads = new Set(["Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Service"]);
  const found = findings.find(({ object }) => workloads.has(object.kind))?.object.name;
  const first = kinds
    .flatMap(({ objects }) => objects)
    .find(({ kind, metadata }) => workloads.has(kind) && metadata.namespace === namespace);
  return asName(found ?? first?.metadata.name ?? namespace);
}

function asName(text: string): string {
  const plain = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replaceAll(/^-+/g, "")
    .slice(0, 63);
  return plain === "" ? "captured" : plain;
}

function sizeOf(logs: RedactedCapture["logs"]): CaptureManifest["logs"] {
  const lines = [...logs.values()].flat();
  return { files: logs.size, lines: lines.length, bytes: lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0) };
}

/** When the capture was made: this machine's clock, or the cluster's where that is ahead, since nothing in a recording is younger than it. */
function latestOf({ kinds, logs }: RedactedCapture, now: number): number {
  const seen = kinds.flatMap(({ objects }) =>
    objects.flatMap((object) => [object.metadata.creationTimestamp, textAt(object, "lastTimestamp"), textAt(object, "spec", "renewTime")]),
  );
  const written = [...logs.values()].map((lines) => (lines.at(-1) ?? "").split(" ", 1)[0] ?? "");
  return [...seen, ...written].reduce((latest, text) => Math.max(latest, parseInstant(text) ?? 0), now);
}
