// control-restarts has no fault: whatever is changed is wrong, and the checks say what was.
import { checkKept, verify } from "../../check-manifests.mjs";

verify(import.meta.url, ({ base, head, changed, check }) => {
  check("unchanged", changed.length === 0, changed.length === 0 ? "nothing was wrong, and nothing changed" : `nothing was wrong, and changed: ${changed.join(", ")}`);
  checkKept(check, base, head, () => false);
});
