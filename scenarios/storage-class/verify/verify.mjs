// The fix of storage-class: the claims ask for replicated storage that the cluster has, and nothing else changes.
import { checkKept, fieldOf, pathOf, verify } from "../../check-manifests.mjs";

verify(import.meta.url, ({ truth, base, head, check }) => {
  const [cause] = truth.causes;
  const value = fieldOf(head, cause);
  const right = cause.accept.oneOf.includes(value);
  check("storage-class", right, `storageClassName of ${cause.name} is ${value ?? "absent"}: ${right ? "replicated, and there" : "it must be one of the cluster's replicated classes"}`);
  checkKept(check, base, head, (path) => path === pathOf(cause));
});
