// The fix of init-container: the init container waits for the database that is there, and nothing else changes.
import { checkKept, fieldOf, stepInto, verify } from "../../check-manifests.mjs";

verify(import.meta.url, ({ truth, base, head, check }) => {
  const [cause] = truth.causes;
  const init = cause.field.slice(0, -2);
  const container = fieldOf(head, { ...cause, field: init });
  const words = [...(container?.command ?? []), ...(container?.args ?? [])];
  const targets = words.filter((word) => typeof word === "string" && !word.startsWith("-"));
  const [target] = targets;
  const waits = container !== undefined && targets.length === 1 && cause.accept.oneOf.includes(target);
  const said = container === undefined ? "there is no init container wait-for-database any more" : `it waits for ${targets.join(" ") || "nothing"}`;
  check("waits-for-database", waits, `${said}: ${waits ? "the database of the service" : "it has to wait for the database of the service"}`);

  // How long it waits is not at fault.
  const before = stepInto(base.get("Deployment/clinic/appointments"), [...init, "args", 0]);
  const patient = waits ? words.includes(before) : true;
  check("patience-kept", patient, patient ? "as before" : `the arguments are ${words.join(" ")}`);

  checkKept(check, base, head, (path) => path.startsWith("Deployment/clinic/appointments: spec.template.spec.initContainers[wait-for-database].args"));
});
