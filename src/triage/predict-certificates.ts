import { readCertificates } from "./certificate.ts";
import { keyUsesOf } from "./environment.ts";
import type { Finding } from "./finding.ts";
import { fieldText, refText, textsAt } from "./kube-object.ts";
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
  // One letter of a certificate that is copied wrongly, and it is another, which nobody has signed.
  const known = new Set(
    before
      .of(use.kind, namespace)
      .flatMap((one) =>
        Object.keys(textsAt(one.json, "data")).flatMap((key) => readCertificates(one, key).map(({ fingerprint }) => fingerprint)),
      ),
  );
  if (now.some(({ fingerprint }) => !known.has(fingerprint))) return `key ${quote(use.key, 60)} holds a certificate that nobody has seen`;
  const text = textsAt(after.find(use.kind, namespace, use.name)?.json, "data")[use.key] ?? "";
  if (use.kind === "ConfigMap" && (text.match(/-----/g) ?? []).length !== now.length * 4)
    return `key ${quote(use.key, 60)} holds more than certificates that can be read`;
  const stranger = now.find(({ owner }) => !old.some((one) => one.owner === owner));
  return stranger === undefined
    ? undefined
    : `key ${quote(use.key, 60)} holds a certificate of ${quote(stranger.owner, 80)}, not of ${quote(old[0]?.owner ?? "", 80)}`;
}
