import { type ClaimMount, claimMounts, liesIn, pathsIn } from "../claim-mounts.ts";
import { specOf } from "../fault-rule.ts";
import type { Finding } from "../finding.ts";
import { flagAt, isObject, listAt, numberAt, refOf, textAt, valueAt } from "../kube-object.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";
import { type Crash, lastLines, logLine } from "./crash.ts";

const denied = /permission denied|EACCES|not writable/i;
/** Whoever wants a file to be of another owner needs more than a group. */
const owns = /\bch(?:own|mod|grp)\b/i;

/** A program that is not root may not write to the volume that it is given: nothing gives the volume to a group of its. */
export function volumeNotItsOwn(crash: Crash): Finding | undefined {
  const { snapshot, workload, container } = crash;
  const spec = valueAt(workload.template, "spec");
  const user = numberAt(container.json, "securityContext", "runAsUser") ?? numberAt(spec, "securityContext", "runAsUser");
  const notRoot = [container.json, spec].some((one) => flagAt(one, "securityContext", "runAsNonRoot") === true);
  if (user === 0 || (user === undefined && !notRoot) || valueAt(spec, "securityContext", "fsGroup") !== undefined) return undefined;
  const mounts = claimMounts(snapshot, workload, container).filter((mount) => takesGroup(snapshot, mount));
  for (const line of lastLines(crash).toReversed()) {
    const path = denied.test(line) && !owns.test(line) ? pathsIn(line).find((one) => mounts.some(({ at }) => liesIn(one, at))) : undefined;
    if (path === undefined) continue;
    const group = numberAt(container.json, "securityContext", "runAsGroup") ?? numberAt(spec, "securityContext", "runAsGroup") ?? user;
    return {
      fault: "volume-not-its-own",
      severity: "cause",
      object: refOf(workload.object),
      field: [...specOf(container.field), "securityContext", "fsGroup"],
      value: undefined,
      says: `container ${container.name} runs${user === undefined ? "" : ` as user ${user}`}, not as root, and may not write ${quote(path, 100)}: no group is given the volume`,
      evidence: [logLine(crash, line)],
      candidates: group === undefined || group <= 0 ? [] : [{ value: String(group), why: "the group that it runs as" }],
    };
  }
  return undefined;
}

/** Does the kubelet give such a volume to a group? Not one that several nodes share, nor one whose driver forbids it, nor a folder of the node. */
function takesGroup(snapshot: Snapshot, { claim }: ClaimMount): boolean {
  const modes = listAt(claim.json, "spec", "accessModes");
  if (modes.length === 0 || modes.some((mode) => mode !== "ReadWriteOnce" && mode !== "ReadWriteOncePod")) return false;
  const volume = snapshot.find("PersistentVolume", undefined, textAt(claim.json, "spec", "volumeName") ?? "");
  if (["nfs", "hostPath", "cephfs", "glusterfs"].some((kind) => isObject(valueAt(volume?.json, "spec", kind)))) return false;
  const provisioner = textAt(
    snapshot.find("StorageClass", undefined, textAt(claim.json, "spec", "storageClassName") ?? "")?.json,
    "provisioner",
  );
  const driver = textAt(volume?.json, "spec", "csi", "driver") ?? provisioner ?? "";
  return textAt(snapshot.find("CSIDriver", undefined, driver)?.json, "spec", "fsGroupPolicy") !== "None";
}
