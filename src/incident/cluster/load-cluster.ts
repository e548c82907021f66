import { join } from "node:path";
import { parseDocument } from "yaml";
import { z } from "zod";
import { CloisterError } from "../../error.ts";
import { loadDiscovery } from "./load-discovery.ts";
import { loadLogs } from "./load-logs.ts";
import { loadObjects } from "./load-objects.ts";
import { readRecorded } from "./recorded-files.ts";
import { parseInstant } from "./rebase.ts";
import type { RecordedCluster } from "./recorded-cluster.ts";

const clusterFile = z.object({
  recordedAt: z
    .string("must be the RFC3339 instant of the recording, `2026-03-04T05:06:07Z`")
    .refine((text) => parseInstant(text) !== undefined, "must be the RFC3339 instant of the recording, `2026-03-04T05:06:07Z`"),
  serverVersion: z.string().regex(/^v\d+\.\d+\.\d+[-+.\w]*$/, "must be the API server's git version, `v1.31.4`"),
});

/**
 * Reads a scenario's `cluster/` folder whole, so that nothing is read from the disk while it is served. The values of secrets are
 * dropped here.
 *
 * @throws {CloisterError} `missing` or `damaged`, naming the file, the place in it and what was expected there
 */
export async function loadCluster(folder: string): Promise<RecordedCluster> {
  const file = join(folder, "cluster.yaml");
  const { recordedAt, serverVersion } = parseClusterFile(await readRecorded(file, 1 << 16), file);
  const { types, objects } = await loadObjects(join(folder, "objects"), await loadDiscovery(join(folder, "discovery.yaml")));
  const logs = await loadLogs(join(folder, "logs"), objects);
  return { recordedAt: parseInstant(recordedAt) ?? 0, serverVersion, types, objects, logs };
}

function parseClusterFile(text: string, file: string): z.infer<typeof clusterFile> {
  const document = parseDocument(text);
  const fault = document.errors[0];
  if (fault !== undefined) throw new CloisterError("damaged", `${file} is not YAML: ${fault.message}`, { field: file, cause: fault });
  const parsed = clusterFile.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = issue?.path.join(".") || "the document";
  throw new CloisterError("damaged", `${file}: ${place}: ${issue?.message ?? "is not understood"}.`, { field: place });
}
