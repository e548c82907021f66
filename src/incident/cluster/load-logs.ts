import { join } from "node:path";
import { CloisterError } from "../../error.ts";
import { isFolder, listFolder, readRecorded } from "./recorded-files.ts";
import { parseInstant } from "./rebase.ts";
import { logKey, type LogLine } from "./recorded-cluster.ts";
import { listAt, textAt, type RecordedObject } from "./recorded-object.ts";

const largestLog = 16 * 1024 * 1024;

/** Every `NAMESPACE/POD/CONTAINER[-previous].log` below `folder`, which need not be there. Each has to belong to a recorded pod. */
export async function loadLogs(
  folder: string,
  objects: ReadonlyMap<string, readonly RecordedObject[]>,
): Promise<ReadonlyMap<string, readonly LogLine[]>> {
  const logs = new Map<string, readonly LogLine[]>();
  const pods = new Map((objects.get("/v1/pods") ?? []).map((pod) => [`${pod.metadata.namespace ?? ""}/${pod.metadata.name}`, pod]));
  for (const { path, namespace, pod, file } of await listLogFiles(folder)) {
    const recorded = pods.get(`${namespace}/${pod}`);
    if (recorded === undefined) throw foreign(path, `there is no pod "${pod}" in the namespace "${namespace}" among the recorded objects`);
    const { container, previous } = containerOf(recorded, file, path);
    logs.set(logKey(namespace, pod, container, previous), parseLog(await readRecorded(path, largestLog), path));
  }
  return logs;
}

interface LogFile {
  readonly path: string;
  readonly namespace: string;
  readonly pod: string;
  readonly file: string;
}

async function listLogFiles(folder: string): Promise<LogFile[]> {
  const files: LogFile[] = [];
  if (!(await isFolder(folder))) return files;
  for (const namespace of await listFolder(folder, "directory"))
    for (const pod of await listFolder(join(folder, namespace), "directory"))
      for (const file of await listFolder(join(folder, namespace, pod), "file"))
        files.push({ path: join(folder, namespace, pod, file), namespace, pod, file });
  return files;
}

function containerOf(pod: RecordedObject, file: string, path: string): { container: string; previous: boolean } {
  const containers = containerNames(pod);
  const stem = /^(.+)\.log$/.exec(file)?.[1];
  if (stem !== undefined && containers.includes(stem)) return { container: stem, previous: false };
  const earlier = stem === undefined ? undefined : /^(.+)-previous$/.exec(stem)?.[1];
  if (earlier !== undefined && containers.includes(earlier)) return { container: earlier, previous: true };
  throw foreign(path, `it must be named for one of the pod's containers (${containers.join(", ")}), with \`-previous\` for the one before`);
}

/** All containers of a pod in the order in which the API names them: initial ones, the pod's own, ephemeral ones. */
export function containerNames(pod: RecordedObject): readonly string[] {
  return ["initContainers", "containers", "ephemeralContainers"].flatMap((key) =>
    listAt(pod, "spec", key).map((container) => textAt(container, "name")),
  );
}

/** The lines of a log as the kubelet keeps them, each with an RFC3339 timestamp and a space before its text. */
export function parseLog(text: string, path: string): readonly LogLine[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line, index) => {
    const space = line.indexOf(" ");
    const stamp = space === -1 ? line : line.slice(0, space);
    const at = parseInstant(stamp);
    if (at !== undefined) return { at, stamp, text: space === -1 ? "" : line.slice(space + 1) };
    throw new CloisterError(
      "damaged",
      `${path}, line ${index + 1} must begin with an RFC3339 timestamp and a space, as \`kubectl logs --timestamps\` prints it.`,
      {
        field: `line ${index + 1}`,
      },
    );
  });
}

function foreign(path: string, why: string): CloisterError {
  return new CloisterError("damaged", `${path} does not belong to the recording: ${why}.`, { field: path });
}
