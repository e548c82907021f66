import { qualifiedResource } from "../cluster/resource-types.ts";
import type { AnnouncedType } from "./discovery.ts";

/** A list to ask the API server for, and which of what it holds is kept. */
export interface ListPlan {
  readonly type: AnnouncedType;
  /** As `kubectl get --raw` takes it. */
  readonly path: string;
  readonly keep: Keep;
  /** What the user is told that this is. */
  readonly label: string;
}

/** `all` of it, or only what belongs to the namespace: volumes that its claims name, roles that its bindings name. */
export type Keep = "all" | "belonging";

export interface CapturePlan {
  readonly lists: readonly ListPlan[];
  /** Kinds that are not asked for, with the reason. */
  readonly leftOut: readonly LeftOut[];
}

export interface LeftOut {
  readonly what: string;
  readonly why: string;
}

/** What analyzers look at beyond the namespace, and how much of it. All else of the whole cluster is nobody's business here. */
const clusterWide: Readonly<Record<string, Keep>> = {
  nodes: "all",
  namespaces: "all",
  "storageclasses.storage.k8s.io": "all",
  "ingressclasses.networking.k8s.io": "all",
  "priorityclasses.scheduling.k8s.io": "all",
  "runtimeclasses.node.k8s.io": "all",
  "mutatingwebhookconfigurations.admissionregistration.k8s.io": "all",
  "validatingwebhookconfigurations.admissionregistration.k8s.io": "all",
  "customresourcedefinitions.apiextensions.k8s.io": "belonging",
  persistentvolumes: "belonging",
  // The bindings first: which roles belong is read from them.
  "clusterrolebindings.rbac.authorization.k8s.io": "belonging",
  "clusterroles.rbac.authorization.k8s.io": "belonging",
};
const clusterWideOrder = Object.keys(clusterWide);

/** Other addresses of objects that are read elsewhere, or figures that no object stands behind. */
const notAsked: Readonly<Record<string, string>> = {
  "events.events.k8s.io": "the same objects as the core group's events",
  "pods.metrics.k8s.io": "measured at the moment of asking, not objects",
  componentstatuses: "measured at the moment of asking, not objects",
};

/**
 * Which lists make a namespace's capture; pure. Services of other namespaces are asked for too, since names of hosts lead there. The
 * order is that in which they have to be read: what belongs is known once the namespace's own objects are.
 */
export function planLists(types: readonly AnnouncedType[], namespace: string): CapturePlan {
  const listable = types.filter(({ verbs }) => verbs.includes("list"));
  const skipped = new Set<string>();
  const leftOut: LeftOut[] = [];
  const own: ListPlan[] = [];
  const wide: ListPlan[] = [];
  for (const type of listable) {
    const name = qualifiedResource(type);
    const why = notAsked[name];
    if (why !== undefined) leftOut.push({ what: name, why });
    else if (type.namespaced) own.push({ type, path: pathOf(type, namespace), keep: "all", label: name });
    else if (clusterWide[name] === undefined) skipped.add(name);
    else wide.push({ type, path: pathOf(type), keep: clusterWide[name], label: name });
  }
  wide.sort((a, b) => clusterWideOrder.indexOf(a.label) - clusterWideOrder.indexOf(b.label));
  const services = own.find(({ label }) => label === "services");
  if (services !== undefined)
    wide.push({ type: services.type, path: pathOf(services.type), keep: "all", label: "services of all namespaces" });
  const other = [...skipped].sort().map((what) => ({ what, why: "of the whole cluster, and no analyzer looks at it" }));
  return { lists: [...own, ...wide], leftOut: [...leftOut, ...other] };
}

function pathOf({ group, version, resource }: AnnouncedType, namespace?: string): string {
  const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  return namespace === undefined ? `${root}/${resource}` : `${root}/namespaces/${namespace}/${resource}`;
}
