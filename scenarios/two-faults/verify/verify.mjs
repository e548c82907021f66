// The fix of two-faults: the service chooses the pods of appointments, the image of reminders is one that the registry has, and nothing else changes.
import { checkKept, fieldOf, pathOf, verify } from "../../check-manifests.mjs";

const labelsOf = ({ spec }) => (spec.template ?? spec.jobTemplate?.spec.template)?.metadata?.labels;

verify(import.meta.url, ({ truth, base, head, check }) => {
  const [service, image] = truth.causes;
  const selector = Object.entries(fieldOf(head, { ...service, field: ["spec", "selector"] }) ?? {});
  const chosen = [...head.values()]
    .filter((object) => object.spec !== undefined && labelsOf(object) !== undefined)
    .filter((object) => selector.length > 0 && selector.every(([key, value]) => labelsOf(object)[key] === value))
    .map(({ metadata }) => metadata.name);
  const right = chosen.length === 1 && chosen[0] === service.name;
  check("selector", right, `Service ${service.name} chooses the pods of ${chosen.join(", ") || "nobody"}`);

  const tag = fieldOf(head, image);
  const pulled = image.accept.oneOf.includes(tag);
  check("image", pulled, `the image of ${image.name} is ${tag ?? "absent"}: ${pulled ? "it can be pulled" : "the registry must have it, and it must work with this release"}`);

  const scope = pathOf({ ...service, field: ["spec", "selector"] });
  checkKept(check, base, head, (path) => path === pathOf(image) || path.startsWith(scope));
});
