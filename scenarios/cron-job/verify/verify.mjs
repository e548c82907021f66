// The fix of cron-job: a run has the time that it takes, one that hangs still ends, and nothing else changes.
import { checkKept, fieldOf, pathOf, verify } from "../../check-manifests.mjs";

verify(import.meta.url, ({ truth, base, head, check }) => {
  const [cause] = truth.causes;
  const value = fieldOf(head, cause);
  const right = Number.isInteger(value) && value >= 1800 && value <= 7200;
  check("deadline", right, `activeDeadlineSeconds of ${cause.name} is ${value ?? "absent"}: ${right ? "every run has time, and one that hangs ends" : "it must be from 1800 to 7200, an hour or about"}`);
  checkKept(check, base, head, (path) => path === pathOf(cause));
});
