import { eventsOf } from "../container-state.ts";
import type { Analyzer, Candidate, Evidence, Finding } from "../finding.ts";
import { type KubeObject, listAt, objectAt, refOf, textAt, conditionOf } from "../kube-object.ts";
import { nearMisses } from "../near.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";

/** Certificates of cert-manager whose issuer is not there, as their requests tell it. */
export const findIssuers: Analyzer = (snapshot, namespace) =>
  snapshot.of("Certificate", namespace).flatMap((certificate): Finding[] => {
    if (!certificate.apiVersion.startsWith("cert-manager.io/") || !isCertManagers(certificate)) return [];
    const { kind, name } = issuerOf(certificate);
    const [wanted] = [issuerAt(snapshot, certificate, kind, name)];
    const evidence = toldMissing(snapshot, certificate, kind, name);
    if (wanted !== undefined || evidence === undefined) return [];
    const other = kind === "Issuer" ? "ClusterIssuer" : "Issuer";
    const ofOtherKind = issuerAt(snapshot, certificate, other, name) !== undefined;
    return [
      {
        fault: "certificate-issuer",
        severity: "cause",
        object: refOf(certificate),
        field: ["spec", "issuerRef", ofOtherKind ? "kind" : "name"],
        value: ofOtherKind ? textAt(certificate.json, "spec", "issuerRef", "kind") : name,
        says: `Certificate ${certificate.name} is to come from ${quote(`${kind} ${name}`, 120)}, which is not there${ofOtherKind ? `: there is ${other} ${quote(name, 80)}` : ""}`,
        evidence: [evidence],
        candidates: ofOtherKind
          ? [{ value: other, why: "the issuer of that name is of this kind" }]
          : likely(snapshot, certificate, kind, name),
      },
    ];
  });

function issuerOf({ json }: KubeObject): { readonly kind: string; readonly name: string } {
  const ref = objectAt(json, "spec", "issuerRef");
  return { kind: textAt(ref, "kind") ?? "Issuer", name: textAt(ref, "name") ?? "" };
}

/** Issuers of others have groups of their own, and are not known here. */
function isCertManagers({ json }: KubeObject): boolean {
  const ref = objectAt(json, "spec", "issuerRef");
  return (
    ["cert-manager.io", "", undefined].includes(textAt(ref, "group")) &&
    ["Issuer", "ClusterIssuer", undefined].includes(textAt(ref, "kind"))
  );
}

function issuerAt(snapshot: Snapshot, { namespace }: KubeObject, kind: string, name: string): KubeObject | undefined {
  return snapshot.find(kind, kind === "ClusterIssuer" ? undefined : namespace, name);
}

/** The words of cert-manager on a request that this certificate has made: for this issuer, or for the one that it named before a change. */
function toldMissing(snapshot: Snapshot, certificate: KubeObject, kind: string, name: string): Evidence | undefined {
  for (const request of snapshot.of("CertificateRequest", certificate.namespace)) {
    const owned = listAt(request.json, "metadata", "ownerReferences").some(
      (one) => textAt(one, "kind") === "Certificate" && textAt(one, "name") === certificate.name,
    );
    const asked = issuerOf(request);
    if (!owned && textAt(request.json, "metadata", "annotations", "cert-manager.io/certificate-name") !== certificate.name) continue;
    const same = asked.kind === kind && asked.name === name;
    // Which issuers there are was read, or what was told of another one says nothing of this one.
    if (!same && !snapshot.covers(kind)) continue;
    const said = eventsOf(snapshot, request).find(({ reason, message }) => reason === "IssuerNotFound" || isMissing(message))?.message;
    if (said !== undefined) return { object: refOf(request), from: "event", text: quote(said, 200) };
    const ready = conditionOf(request, "Ready");
    const message = textAt(ready, "message") ?? "";
    if (textAt(ready, "status") !== "True" && isMissing(message))
      return { object: refOf(request), from: "condition Ready", text: quote(message, 200) };
  }
  return undefined;
}

function isMissing(message: string): boolean {
  return /Referenced "(?:Cluster)?Issuer" not found/.test(message);
}

function likely(snapshot: Snapshot, { namespace }: KubeObject, kind: string, name: string): readonly Candidate[] {
  const names = snapshot.of(kind, kind === "ClusterIssuer" ? undefined : namespace).map((one) => one.name);
  return nearMisses(name, names).map((value) => ({ value, why: `a ${kind} of that name is there` }));
}

/** The certificate of cert-manager that fills a secret; where it does not come it is the certificate that is to be mended. */
export function certificateFor(snapshot: Snapshot, namespace: string | undefined, secret: string): KubeObject | undefined {
  return snapshot
    .of("Certificate", namespace)
    .find(({ apiVersion, json }) => apiVersion.startsWith("cert-manager.io/") && textAt(json, "spec", "secretName") === secret);
}
