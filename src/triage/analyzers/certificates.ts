import { X509Certificate } from "node:crypto";
import type { Analyzer, Finding } from "../finding.ts";
import { type KubeObject, refOf, textsAt } from "../kube-object.ts";
import { quote } from "../quote.ts";

/** Certificates in config maps, secrets (where they were read) and webhooks that are not valid now; dates alone, nothing is verified. */
export const findCertificates: Analyzer = (snapshot, namespace) =>
  // The cluster's own authority is its control plane's business.
  ["ConfigMap", "Secret"].flatMap((kind) =>
    snapshot
      .of(kind, namespace)
      .filter(({ name }) => name !== "kube-root-ca.crt")
      .flatMap((object) => expired(object, snapshot.now)),
  );

function expired(object: KubeObject, now: number): Finding[] {
  return Object.entries(textsAt(object.json, "data")).flatMap(([key, value]): Finding[] => {
    const text = object.kind === "Secret" ? Buffer.from(value, "base64").toString("latin1") : value;
    const pem = /-----BEGIN CERTIFICATE-----[\s\S]{64,20000}?-----END CERTIFICATE-----/.exec(text)?.[0];
    const dates = pem === undefined ? undefined : validity(pem);
    if (dates === undefined || (now <= dates.to && now >= dates.from)) return [];
    return [
      {
        fault: "certificate-expired",
        severity: "cause",
        object: refOf(object),
        field: ["data", key],
        says: `the certificate in ${object.kind} ${object.name}, key ${key}, ${now > dates.to ? "expired" : "is not valid before"} ${new Date(now > dates.to ? dates.to : dates.from).toISOString().slice(0, 10)}`,
        evidence: [{ object: refOf(object), from: `data.${key}`, text: quote(dates.subject) }],
        candidates: [],
      },
    ];
  });
}

function validity(pem: string): { from: number; to: number; subject: string } | undefined {
  try {
    const certificate = new X509Certificate(pem);
    const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
    return Number.isNaN(from) || Number.isNaN(to) ? undefined : { from, to, subject: certificate.subject };
  } catch {
    return undefined;
  }
}
