import { generateKeyPair, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import forge from "node-forge";

/** What TLS needs in a session: the authority that the sealed programs trust, and the key and certificate the switchboard shows. */
export interface SessionCa {
  /** Certificate of the session's authority, PEM. Goes into the seal as a file; its key is gone once this is made. */
  readonly caPem: string;
  /** Private key of the server, PKCS #8 PEM. Stays in memory. */
  readonly serverKey: string;
  /** One certificate for all names, PEM. */
  readonly serverCert: string;
}

const hour = 3_600_000;
const generate = promisify(generateKeyPair);

/**
 * Makes an authority for one session and a server certificate for `names`. RSA with 2048 bits, because node-forge signs with nothing
 * else and Go, Node, OpenSSL and GnuTLS all take it. Valid from an hour ago (clocks differ) for a day. Keys are made by
 * `node:crypto`; the authority's key is never returned, so nothing else can be signed with it later.
 */
export async function createSessionCa(names: readonly string[], now: Date = new Date()): Promise<SessionCa> {
  const [authority, server] = await Promise.all([rsaKey(), rsaKey()]);
  const issuer = [{ name: "commonName", value: `Cloister session ${randomBytes(4).toString("hex")}` }];

  const ca = certificate(authority.publicKey, now);
  ca.setSubject(issuer);
  ca.setIssuer(issuer);
  ca.setExtensions([
    { name: "basicConstraints", cA: true, pathLenConstraint: 0, critical: true },
    { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    { name: "subjectKeyIdentifier" },
  ]);
  const caKey = forge.pki.privateKeyFromPem(authority.privateKey);
  ca.sign(caKey, forge.md.sha256.create());

  const leaf = certificate(server.publicKey, now);
  leaf.setSubject([{ name: "commonName", value: "Cloister switchboard" }]);
  leaf.setIssuer(issuer);
  leaf.setExtensions([
    { name: "basicConstraints", cA: false, critical: true },
    { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true },
    { name: "extKeyUsage", serverAuth: true },
    { name: "subjectAltName", altNames: names.map((name) => ({ type: dnsName, value: name })) },
    { name: "authorityKeyIdentifier", keyIdentifier: ca.generateSubjectKeyIdentifier().getBytes() },
    { name: "subjectKeyIdentifier" },
  ]);
  leaf.sign(caKey, forge.md.sha256.create());

  return {
    caPem: forge.pki.certificateToPem(ca),
    serverKey: server.privateKey,
    serverCert: forge.pki.certificateToPem(leaf),
  };
}

/** GeneralName's tag of a DNS name, RFC 5280, section 4.2.1.6. */
const dnsName = 2;

function rsaKey(): Promise<{ publicKey: string; privateKey: string }> {
  return generate("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
}

function certificate(publicKeyPem: string, now: Date): ReturnType<typeof forge.pki.createCertificate> {
  const made = forge.pki.createCertificate();
  made.publicKey = forge.pki.publicKeyFromPem(publicKeyPem);
  // A positive integer without a leading zero byte, whatever the random bytes are: parsers refuse the others.
  made.serialNumber = `4${randomBytes(16).toString("hex").slice(1)}`;
  made.validity.notBefore = new Date(now.getTime() - hour);
  made.validity.notAfter = new Date(now.getTime() + 24 * hour);
  return made;
}
