// The fix of selector-label: the Service chooses the pods of tracker-web and no others, and nothing else changes.
import { checkKept, stepInto, verify } from "../../check-manifests.mjs";

/** What the pods of others in the namespace are labelled with. */
const others = ["labels", "depots", "routes"].map((app) => [app, { app }]);

verify(import.meta.url, ({ truth, base, head, check }) => {
  const [{ kind, namespace, name }] = truth.causes;
  const id = `${kind}/${namespace}/${name}`;
  const own = [...head.values()]
    .filter((object) => object.kind === "Deployment")
    .map((object) => [object.metadata.name, stepInto(object, ["spec", "template", "metadata", "labels"]) ?? {}]);
  const selector = Object.entries(stepInto(head.get(id), ["spec", "selector"]) ?? {});
  const chosen = [...own, ...others]
    .filter(([, labels]) => selector.length > 0 && selector.every(([key, value]) => labels[key] === value))
    .map(([workload]) => workload);
  const right = chosen.length === 1 && chosen[0] === "tracker-web";
  check("selector", right, `the selector of ${name} chooses the pods of ${chosen.join(", ") || "nobody"}${right ? "" : "; it must choose those of tracker-web alone"}`);
  checkKept(check, base, head, (path) => path.startsWith(`${id}: spec.selector`));
});
