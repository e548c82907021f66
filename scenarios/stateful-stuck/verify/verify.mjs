// The fix of stateful-stuck: the members' service gives names to pods that are not ready yet, and nothing else changes.
import { checkKept, fieldOf, pathOf, verify } from "../../check-manifests.mjs";

verify(import.meta.url, ({ truth, base, head, check }) => {
  const [cause] = truth.causes;
  const value = fieldOf(head, cause);
  check("names-published", value === true, `publishNotReadyAddresses of Service ${cause.name} is ${JSON.stringify(value) ?? "absent"}: ${value === true ? "a member has its name before it is ready" : "it has to be true"}`);
  checkKept(check, base, head, (path) => path === pathOf(cause));
});
