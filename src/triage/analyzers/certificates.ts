import { isOutOfDate, readCertificates } from "../certificate.ts";
import { keyUsesOf } from "../environment.ts";
import type { Analyzer, Candidate, Finding } from "../finding.ts";
import { type KubeObject, refOf, textsAt } from "../kube-object.ts";
import { quote } from "../quote.ts";
import { workloadsOf } from "../workloads.ts";

/**
 * Certificates in config maps and secrets (where they were read) that are not valid now, where somebody uses them; dates alone, nothing is verified.
 * A workload that picks one by its key is what to change: another key may hold the one that came after.
 */
export const findCertificates: Analyzer = (snapshot, namespace) => {
  const uses = workloadsOf(snapshot, namespace).flatMap((workload) => keyUsesOf(workload).map((use) => ({ ...use, workload })));
  return (
    ["ConfigMap", "Secret"]
      .flatMap((kind) => snapshot.of(kind, namespace))
      // The cluster's own authority is its control plane's business.
      .filter(({ name }) => name !== "kube-root-ca.crt")
      .flatMap((object) => {
        const mine = uses.filter(({ kind, name }) => kind === object.kind && name === object.name);
        return Object.keys(textsAt(object.json, "data")).flatMap((key): Finding[] => {
          const found = expiry(object, key, snapshot.now);
          if (found === undefined) return [];
          const at = { fault: "certificate-expired", severity: "cause" as const };
          const evidence = [{ object: refOf(object), from: `data.${key}`, text: quote(found.subject) }];
          const picks = mine.filter((use) => use.key === key);
          if (picks.length === 0 && mine.length > 0 && mine.every((use) => use.key !== undefined)) return [];
          if (picks.length === 0)
            return [{ ...at, object: refOf(object), field: ["data", key], says: found.says, evidence, candidates: [] }];
          const candidates = successors(object, key, snapshot.now);
          return picks.map(({ workload, field }) => ({
            ...at,
            object: refOf(workload.object),
            field,
            value: key,
            says: `${workload.object.kind} ${workload.object.name} is given an old certificate: ${found.says}`,
            evidence,
            candidates,
          }));
        });
      })
  );
};

function expiry(object: KubeObject, key: string, now: number): { readonly says: string; readonly subject: string } | undefined {
  const certificates = readCertificates(object, key);
  const [first] = certificates;
  if (first === undefined || !isOutOfDate(certificates, now)) return undefined;
  const over = now > first.to;
  const day = new Date(over ? first.to : first.from).toISOString().slice(0, 10);
  return {
    says: `the certificate in ${object.kind} ${object.name}, key ${key}, ${over ? "expired" : "is not valid before"} ${day}`,
    subject: first.subject,
  };
}

/** Other keys of the object with a certificate of the same owner that is valid now. */
function successors(object: KubeObject, expired: string, now: number): readonly Candidate[] {
  const owner = readCertificates(object, expired)[0]?.owner;
  return Object.keys(textsAt(object.json, "data")).flatMap((key) => {
    const certificates = readCertificates(object, key);
    const [first] = certificates;
    if (first === undefined || isOutOfDate(certificates, now) || certificates.some((one) => one.owner !== owner)) return [];
    return [{ value: key, why: `its certificate is valid until ${new Date(first.to).toISOString().slice(0, 10)}` }];
  });
}
