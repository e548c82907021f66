// The fix of readiness-path: readiness is asked for where release 5.0.0 tells it, and nothing else changes.
import { checkKept, fieldOf, pathOf, verify } from "../../check-manifests.mjs";

verify(import.meta.url, ({ truth, base, head, check }) => {
  const [cause] = truth.causes;
  const path = fieldOf(head, cause);
  const right = cause.accept.oneOf.includes(path);
  check("readiness-path", right, `the readiness probe of ${cause.name} asks for ${path ?? "nothing"}: ${right ? "the program says there whether it is ready" : "it must be a route of 5.0.0 that answers for the store"}`);
  checkKept(check, base, head, (changed) => changed === pathOf(cause));
});
