// The fix of cert-expired: the file that settlement trusts holds the clearing house's present root and nobody else's; nothing else changes.
import { X509Certificate } from "node:crypto";
import { checkKept, fieldOf, verify } from "../../check-manifests.mjs";

const pems = (text) => String(text ?? "").match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
const fingerprint = (pem) => {
  try {
    return new X509Certificate(pem).fingerprint256;
  } catch {
    return "unreadable";
  }
};
const roots = { kind: "ConfigMap", namespace: "treasury", name: "clearing-roots" };

/** What a pod would find as /etc/clearing/ca.pem. */
function trusted(objects, deployment) {
  const volume = fieldOf(objects, { ...deployment, field: ["spec", "template", "spec", "volumes", { name: "clearing-ca" }] });
  const item = volume?.configMap?.items?.find(({ path }) => path === "ca.pem");
  const data = volume?.configMap?.name === roots.name ? fieldOf(objects, { ...roots, field: ["data"] }) : undefined;
  return item === undefined ? [] : pems(data?.[item.key]).map(fingerprint);
}

verify(import.meta.url, ({ truth, base, head, check }) => {
  const [cause] = truth.causes;
  const known = fieldOf(base, { ...roots, field: ["data"] });
  const [r1, r2] = ["root-r1.pem", "root-r2.pem"].map((key) => fingerprint(pems(known[key])[0]));
  const now = trusted(head, cause);
  const right = now.includes(r2) && now.every((one) => one === r1 || one === r2);
  const why = right ? "the root R2" : now.length === 0 ? "no root" : now.includes(r2) ? "the root R2 and others" : "a root that the servers of production do not go by";
  check("trusted-root", right, `${cause.name} trusts ${why}`);

  const other = { ...cause, name: "statements" };
  const kept = JSON.stringify(trusted(head, other)) === JSON.stringify([r2]) || (trusted(head, other).includes(r2) && trusted(head, other).every((one) => one === r1 || one === r2));
  check("statements-kept", kept, kept ? "statements trusts the root R2, as before" : "statements no longer trusts what it did");

  const items = /^Deployment\/treasury\/settlement: spec\.template\.spec\.volumes\[clearing-ca\]\.configMap\.items/;
  checkKept(check, base, head, (path) => items.test(path) || path.startsWith("ConfigMap/treasury/clearing-roots: data"));
});
