import { X509Certificate } from "node:crypto";
import { type KubeObject, textAt } from "./kube-object.ts";

export interface Certificate {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly subject: string;
  /** Its organization, or its common name where it has none: the same for a certificate and the one that came after it. */
  readonly owner: string;
  /** May sign others. */
  readonly authority: boolean;
  /** SHA-256 of the whole: the same for the same certificate, however it is wrapped. */
  readonly fingerprint: string;
}

/** So many of one file are read. */
const most = 200;

/** The certificates in one key of a config map or a secret, in their order; what cannot be read is left out. */
export function readCertificates(object: KubeObject | undefined, key: string): readonly Certificate[] {
  const value = textAt(object?.json, "data", key) ?? "";
  const text = object?.kind === "Secret" ? Buffer.from(value, "base64").toString("latin1") : value;
  const found = text.matchAll(/-----BEGIN CERTIFICATE-----[\s\S]{64,20000}?-----END CERTIFICATE-----/g);
  return [...found].slice(0, most).flatMap(([pem]) => parse(pem) ?? []);
}

/** Among roots one that is valid is enough; elsewhere the first is the one that is shown. */
export function isOutOfDate(certificates: readonly Certificate[], now: number): boolean {
  const valid = ({ from, to }: Certificate): boolean => now >= from && now <= to;
  const [first] = certificates;
  if (first === undefined) return false;
  return first.authority ? !certificates.some(valid) : !valid(first);
}

function parse(pem: string): Certificate | undefined {
  try {
    const { validFrom, validTo, subject, ca, fingerprint256 } = new X509Certificate(pem);
    const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
    if (Number.isNaN(from) || Number.isNaN(to)) return undefined;
    const owner = /^O=(.+)$/m.exec(subject)?.[1] ?? /^CN=(.+)$/m.exec(subject)?.[1] ?? subject;
    return { from, to, subject, owner, authority: ca, fingerprint: fingerprint256 };
  } catch {
    return undefined;
  }
}
