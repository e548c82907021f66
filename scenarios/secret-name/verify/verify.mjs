// The fix of secret-name: the service reads its address from the Secret that the operator writes for it, and nothing else changes.
import { checkKept, fieldOf, pathOf, verify } from "../../check-manifests.mjs";

verify(import.meta.url, ({ truth, head, base, check }) => {
  const [cause] = truth.causes;
  const name = fieldOf(head, cause);
  const right = cause.accept.oneOf.includes(name);
  check("secret", right, `DATABASE_URL comes from Secret ${name ?? "(none)"}: ${right ? "the operator writes it for the service" : "it must be the one that the operator writes for the service"}`);
  checkKept(check, base, head, (path) => path === pathOf(cause));
});
