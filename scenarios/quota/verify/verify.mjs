// The fix of quota: each pod asks for the processor time that it uses, and nothing else changes.
import { checkKept, fieldOf, pathOf, quantity, verify } from "../../check-manifests.mjs";

verify(import.meta.url, ({ truth, base, head, check }) => {
  const [cause] = truth.causes;
  const value = fieldOf(head, cause);
  const cores = quantity(value);
  const right = cores !== undefined && cores >= 0.25 && cores <= 0.5;
  check("request", right, `requests.cpu of ${cause.name} is ${value ?? "absent"}: ${right ? "what a pod uses while it draws" : "it must be from 250m, as before, to 500m; 0.35 cores are what a pod uses"}`);
  checkKept(check, base, head, (path) => path === pathOf(cause));
});
