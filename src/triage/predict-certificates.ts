import { readCertificates } from "./certificate.ts";
import { keyUsesOf } from "./environment.ts";
import type { Finding } from "./finding.ts";
import { fieldText, refText } from "./kube-object.ts";
import { quote } from "./quote.ts";
import type { Snapshot } from "./snapshot.ts";
import { workloadsOf } from "./workloads.ts";

/** A certificate takes the place of one of the same owner: dates alone would let any in. */
export function certificateStays(finding: Finding, before: Snapshot, after: Snapshot): string | undefined {
  const [shown] = finding.evidence;
  const namespace = finding.object.namespace ?? "";
  const workload = workloadsOf(after, namespace).find(({ object }) => refText(object) === refText(finding.object));
  if (shown === undefined || finding.value === undefined || workload === undefined) return undefined;
  const old = readCertificates(before.find(shown.object.kind, namespace, shown.object.name), finding.value);
  const use = keyUsesOf(workload).find(({ field }) => fieldText(field) === fieldText(finding.field));
  if (use?.key === undefined) return "the workload is given no certificate in its place";
  const now = readCertificates(after.find(use.kind, namespace, use.name), use.key);
  if (now.length === 0) return `key ${quote(use.key, 60)} of ${use.kind} ${use.name} holds no certificate`;
  const stranger = now.find(({ owner }) => !old.some((one) => one.owner === owner));
  return stranger === undefined
    ? undefined
    : `key ${quote(use.key, 60)} holds a certificate of ${quote(stranger.owner, 80)}, not of ${quote(old[0]?.owner ?? "", 80)}`;
}
