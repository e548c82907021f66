import { claimMounts, liesIn, pathsIn } from "../claim-mounts.ts";
import type { Finding } from "../finding.ts";
import { flagAt, listAt, refOf, textAt, valueAt } from "../kube-object.ts";
import { asBytes, quantity } from "../quantity.ts";
import { quote } from "../quote.ts";
import { type Crash, lastLines, logLine } from "./crash.ts";

/** Programs get the same words where the node lets them watch no more files. */
const full = /no space left on device|\bENOSPC\b/i;
const watches = /inotify|watch/i;

/** A volume that is full, of a class whose volumes can grow: its claim asks for too little. */
export function diskFull(crash: Crash): Finding | undefined {
  const { snapshot, workload, container } = crash;
  const line = lastLines(crash).findLast((one) => full.test(one) && !watches.test(one));
  if (line === undefined) return undefined;
  const mounts = claimMounts(snapshot, workload, container);
  const paths = pathsIn(line);
  const scratch = listAt(container.json, "volumeMounts").some((mount) =>
    listAt(workload.template, "spec", "volumes").some(
      (one) => textAt(one, "name") === textAt(mount, "name") && valueAt(one, "emptyDir") !== undefined,
    ),
  );
  // A path that begins nowhere lies where the program keeps its data: sure only where there is one such place.
  const mount =
    paths.length > 0
      ? mounts.find(({ at }) => paths.some((path) => liesIn(path, at)))
      : mounts.length === 1 && !scratch
        ? mounts[0]
        : undefined;
  if (mount === undefined) return undefined;
  const { claim } = mount;
  const [own, wanted] = [
    textAt(claim.json, "spec", "storageClassName") ?? "",
    textAt(claim.json, "spec", "resources", "requests", "storage"),
  ];
  const bytes = quantity(wanted);
  if (bytes === undefined || flagAt(snapshot.find("StorageClass", undefined, own)?.json, "allowVolumeExpansion") !== true) return undefined;
  return {
    fault: "disk-full",
    severity: "cause",
    object: refOf(claim),
    field: ["spec", "resources", "requests", "storage"],
    value: wanted,
    says: `container ${container.name} finds no space left on the volume at ${quote(mount.at, 80)}; claim ${claim.name} asks for ${quote(wanted ?? "", 30)}, and its class lets volumes grow`,
    evidence: [logLine(crash, line)],
    candidates: [2, 4].map((factor) => ({ value: asBytes(bytes * factor), why: `${factor} times as much` })),
  };
}
