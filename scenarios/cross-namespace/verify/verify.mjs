// The fix of cross-namespace: the shared service reaches the pods of sessions-v3 again, and nothing else changes.
import { checkKept, verify } from "../../check-manifests.mjs";

// Pods of namespace platform, by what they belong to.
const pods = {
  "sessions-v3": { app: "sessions", version: "v3" },
  profiles: { app: "profiles", version: "v2" },
  "mail-relay": { app: "mail-relay" },
};

verify(import.meta.url, ({ base, head, check }) => {
  const selector = head.get("Service/platform/sessions")?.spec?.selector ?? {};
  const labels = Object.entries(selector);
  const chosen = Object.keys(pods).filter((name) => labels.length > 0 && labels.every(([key, value]) => pods[name][key] === value));
  const right = chosen.length === 1 && chosen[0] === "sessions-v3";
  check("selects-sessions", right, `Service sessions in namespace platform selects ${chosen.join(", ") || "nothing"}${right ? "" : "; it has to select the pods of sessions-v3 alone"}`);

  checkKept(check, base, head, (path) => path.startsWith("Service/platform/sessions: spec.selector"));
});
