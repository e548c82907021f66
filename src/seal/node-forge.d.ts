/** The part of node-forge that `session-ca.ts` uses; `@types/node-forge` says the same and may replace it. */
declare module "node-forge" {
  export interface Name {
    readonly name: string;
    readonly value: string;
  }
  export interface Extension {
    readonly name: string;
    readonly [property: string]: unknown;
  }
  export interface PublicKey {
    readonly n: unknown;
  }
  export interface PrivateKey {
    readonly d: unknown;
  }
  export interface Certificate {
    publicKey: PublicKey;
    serialNumber: string;
    readonly validity: { notBefore: Date; notAfter: Date };
    readonly subject: { readonly attributes: Name[] };
    setSubject(names: readonly Name[]): void;
    setIssuer(names: readonly Name[]): void;
    setExtensions(extensions: readonly Extension[]): void;
    sign(key: PrivateKey, digest: unknown): void;
    generateSubjectKeyIdentifier(): { getBytes(): string };
  }
  const forge: {
    readonly pki: {
      createCertificate(): Certificate;
      certificateToPem(certificate: Certificate): string;
      publicKeyFromPem(pem: string): PublicKey;
      privateKeyFromPem(pem: string): PrivateKey;
    };
    readonly md: { readonly sha256: { create(): unknown } };
  };
  export default forge;
}
