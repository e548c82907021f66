// The fix of target-port: the Service's port 80 reaches the port at which the program listens, and nothing else changes.
import { checkKept, fieldOf, pathOf, verify } from "../../check-manifests.mjs";

verify(import.meta.url, ({ truth, base, head, check }) => {
  const [cause] = truth.causes;
  const target = fieldOf(head, cause);
  // Digits in quotation marks are a name to Kubernetes, and no port has it.
  const right = target === 8181 || target === "rest";
  check("target-port", right, `port http of ${cause.name} goes to ${JSON.stringify(target) ?? "the same number"}: ${right ? "the program listens there" : "it must be where the program listens"}`);
  checkKept(check, base, head, (path) => path === pathOf(cause));
});
