// The fix of hpa-metric: the autoscaler scales by the metric that is there and tells the load, and nothing else changes.
import { checkKept, fieldOf, pathOf, verify } from "../../check-manifests.mjs";

verify(import.meta.url, ({ truth, base, head, check }) => {
  const [cause] = truth.causes;
  const metrics = head.get("HorizontalPodAutoscaler/press/renderer")?.spec?.metrics ?? [];
  const name = fieldOf(head, cause);
  const right = metrics.length === 1 && metrics[0].type === "Pods" && cause.accept.oneOf.includes(name);
  const said = metrics.map(({ type, pods, resource }) => `${type} ${pods?.metric?.name ?? resource?.name ?? ""}`.trim()).join(", ") || "nothing";
  check("metric", right, `renderer scales by ${said}: ${right ? "it is there and tells the load" : "it must be how many documents wait, by the name that the service gives it"}`);
  checkKept(check, base, head, (path) => path === pathOf(cause));
});
