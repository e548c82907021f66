import { listAt, textAt, type RecordedObject } from "../cluster/recorded-object.ts";
import { qualifiedResource } from "../cluster/resource-types.ts";
import type { CapturedKind } from "./captured.ts";
import type { AnnouncedType } from "./discovery.ts";

/** Groups that every service account of a namespace is in. */
function groupsOf(namespace: string): ReadonlySet<string> {
  return new Set(["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"]);
}

/**
 * Does an object of the whole cluster belong to what was taken of the namespace? Volumes that its claims name, roles that its bindings
 * name, bindings that its service accounts are subjects of, definitions of its custom resources. `taken` is what was read so far.
 */
export function belongs(type: AnnouncedType, object: RecordedObject, namespace: string, taken: readonly CapturedKind[]): boolean {
  const of = (resource: string) => taken.filter((kind) => qualifiedResource(kind.type) === resource).flatMap(({ objects }) => objects);
  const { name } = object.metadata;
  switch (qualifiedResource(type)) {
    case "persistentvolumes":
      return (
        textAt(object, "spec", "claimRef", "namespace") === namespace ||
        of("persistentvolumeclaims").some((claim) => textAt(claim, "spec", "volumeName") === name)
      );
    case "clusterroles.rbac.authorization.k8s.io":
      return [...of("rolebindings.rbac.authorization.k8s.io"), ...of("clusterrolebindings.rbac.authorization.k8s.io")].some(
        (binding) => textAt(binding, "roleRef", "kind") === "ClusterRole" && textAt(binding, "roleRef", "name") === name,
      );
    case "clusterrolebindings.rbac.authorization.k8s.io":
      return listAt(object, "subjects").some(
        (subject) =>
          (textAt(subject, "kind") === "ServiceAccount" && textAt(subject, "namespace") === namespace) ||
          (textAt(subject, "kind") === "Group" && groupsOf(namespace).has(textAt(subject, "name"))),
      );
    case "customresourcedefinitions.apiextensions.k8s.io":
      return taken.some((kind) => qualifiedResource(kind.type) === name && kind.objects.length > 0);
    default:
      return true;
  }
}

/** An object of another namespace as far as it matters here: what others wrote in its annotations is not this namespace's to take. */
export function asNeighbour(object: RecordedObject, namespace: string): RecordedObject {
  const home = object.kind === "Namespace" ? object.metadata.name : object.metadata.namespace;
  if (home === undefined || home === namespace || object.metadata.annotations === undefined) return object;
  const { annotations: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
