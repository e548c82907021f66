import type { JsonValue } from "../../messages/conversation.ts";
import { type KubeObject, listAt, objectAt, textAt, textsAt, valueAt } from "../kube-object.ts";
import { quote } from "../quote.ts";
import type { Placement } from "./placement.ts";
import type { Snapshot } from "../snapshot.ts";
import { labelsOf, matchesSelector, type Workload } from "../workloads.ts";

/**
 * Nodes from which all volumes of a workload's claims can be reached; `undefined` where none of its volumes is bound to a place, or where a volume says its
 * place in a way that is not followed here.
 */
export function reachableNodes(snapshot: Snapshot, workload: Workload): readonly KubeObject[] | undefined {
  const places = volumesOf(snapshot, workload).flatMap(({ json }) => {
    const terms = valueAt(json, "spec", "nodeAffinity", "required", "nodeSelectorTerms");
    return Array.isArray(terms) ? [terms as readonly JsonValue[]] : [];
  });
  const isFollowed = (term: JsonValue): boolean =>
    valueAt(term, "matchFields") === undefined && valueAt(term, "matchExpressions") !== undefined;
  if (places.length === 0 || !places.flat().every(isFollowed)) return undefined;
  return snapshot.of("Node").filter((node) => places.every((terms) => terms.some((term) => matchesSelector(term, labelsOf(node.json)))));
}

/** What of the workload's own node selector or affinity keeps it from every node that has its volumes. */
export function awayFromVolume(snapshot: Snapshot, workload: Workload): Placement | undefined {
  const nodes = reachableNodes(snapshot, workload) ?? [];
  if (nodes.length === 0) return undefined;
  const volume = volumesOf(snapshot, workload).find(({ json }) => valueAt(json, "spec", "nodeAffinity") !== undefined);
  const where = `its volume ${quote(volume?.name ?? "", 60)} is on ${nodes.length === 1 ? "node" : "nodes"} ${nodes
    .slice(0, 3)
    .map(({ name }) => name)
    .join(", ")}`;
  for (const [key, value] of Object.entries(textsAt(workload.template, "spec", "nodeSelector"))) {
    const values = new Set(nodes.flatMap((node) => labelsOf(node.json)[key] ?? []));
    if (values.has(value) || values.size === 0) continue;
    return {
      fault: "volume-away",
      field: [...workload.way, "spec", "nodeSelector", key],
      value,
      says: `its node selector asks for ${key}=${quote(value, 60)}, and ${where}`,
      candidates: [...values].slice(0, 3).map((one) => ({ value: one, why: `where volume ${volume?.name ?? ""} is` })),
    };
  }
  const way = ["spec", "affinity", "nodeAffinity"];
  const terms = listAt(workload.template, ...way, "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms");
  const fits = nodes.some((node) => terms.some((term) => matchesSelector(objectAt(term), labelsOf(node.json))));
  if (terms.length === 0 || fits) return undefined;
  return {
    fault: "volume-away",
    field: [...workload.way, ...way],
    value: undefined,
    says: `its node affinity fits none of the nodes that have its volume: ${where}`,
    candidates: [],
  };
}

/** Volumes to which the claims of a workload are bound. */
function volumesOf(snapshot: Snapshot, { object, template, pods }: Workload): readonly KubeObject[] {
  // A stateful set's pods name claims of their own, which its template does not.
  const specs = [template, ...(object.kind === "StatefulSet" ? pods.map(({ json }) => json) : [])];
  return specs
    .flatMap((json) => listAt(json, "spec", "volumes"))
    .flatMap((volume) => textAt(volume, "persistentVolumeClaim", "claimName") ?? [])
    .flatMap((name) => textAt(snapshot.find("PersistentVolumeClaim", object.namespace, name)?.json, "spec", "volumeName") ?? [])
    .flatMap((name) => snapshot.find("PersistentVolume", undefined, name) ?? []);
}
