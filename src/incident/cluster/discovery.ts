import { groupVersionOf, reviewKinds, type ResourceType } from "./resource-types.ts";

/** Only what can be done with the recording is announced; reviews are questions and are posted. */
function verbsOf(type: ResourceType): readonly string[] {
  return reviewKinds.has(type.kind) ? ["create"] : ["get", "list", "watch"];
}

/** `GET /api`. */
export function coreVersions(): unknown {
  return { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] };
}

/** `GET /apis`: every group but the core one. */
export function groupList(types: readonly ResourceType[]): unknown {
  return { kind: "APIGroupList", apiVersion: "v1", groups: namedGroups(types).map((group) => groupEntry(types, group)) };
}

/** `GET /apis/GROUP`, or undefined where there is no such group. */
export function groupDocument(types: readonly ResourceType[], group: string): unknown {
  if (!namedGroups(types).includes(group)) return undefined;
  return { kind: "APIGroup", apiVersion: "v1", ...groupEntry(types, group) };
}

/** `GET /api/v1` and `GET /apis/GROUP/VERSION`, or undefined where there is no such version. */
export function resourceList(types: readonly ResourceType[], group: string, version: string): unknown {
  const found = types.filter((type) => type.group === group && type.version === version);
  if (found.length === 0) return undefined;
  return {
    kind: "APIResourceList",
    ...(group === "" ? {} : { apiVersion: "v1" }),
    groupVersion: groupVersionOf({ group, version }),
    resources: found.flatMap((type) => [
      {
        name: type.resource,
        singularName: type.singular,
        namespaced: type.namespaced,
        kind: type.kind,
        verbs: verbsOf(type),
        ...names(type),
      },
      ...subresources(type).map((name) => ({
        name: `${type.resource}/${name}`,
        singularName: "",
        namespaced: type.namespaced,
        kind: type.kind,
        verbs: ["get"],
      })),
    ]),
  };
}

/** `GET /api` or `/apis` for clients (1.26 and later) that read all resources at once; `form` is the version of that document. */
export function aggregatedDiscovery(types: readonly ResourceType[], root: "api" | "apis", form: "v2" | "v2beta1"): unknown {
  const groups = root === "api" ? [""] : namedGroups(types);
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: `apidiscovery.k8s.io/${form}`,
    metadata: {},
    items: groups.map((group) => ({
      metadata: group === "" ? {} : { name: group },
      versions: versionsOf(types, group).map((version) => ({
        version,
        freshness: "Current",
        resources: types.filter((type) => type.group === group && type.version === version).map(aggregatedResource),
      })),
    })),
  };
}

function aggregatedResource(type: ResourceType): unknown {
  const responseKind = { group: type.group, version: type.version, kind: type.kind };
  return {
    resource: type.resource,
    responseKind,
    scope: type.namespaced ? "Namespaced" : "Cluster",
    singularResource: type.singular,
    verbs: verbsOf(type),
    ...names(type),
    subresources: subresources(type).map((subresource) => ({ subresource, responseKind, verbs: ["get"] })),
  };
}

function names(type: ResourceType): Record<string, unknown> {
  return {
    ...(type.shortNames.length === 0 ? {} : { shortNames: type.shortNames }),
    ...(type.categories.length === 0 ? {} : { categories: type.categories }),
  };
}

function subresources(type: ResourceType): readonly string[] {
  return type.group === "" && type.resource === "pods" ? ["log", "status"] : [];
}

function namedGroups(types: readonly ResourceType[]): string[] {
  return [...new Set(types.map(({ group }) => group))].filter((group) => group !== "");
}

function versionsOf(types: readonly ResourceType[], group: string): string[] {
  return [...new Set(types.filter((type) => type.group === group).map(({ version }) => version))];
}

function groupEntry(types: readonly ResourceType[], group: string): { name: string; versions: unknown[]; preferredVersion: unknown } {
  const versions = versionsOf(types, group).map((version) => ({ groupVersion: groupVersionOf({ group, version }), version }));
  return { name: group, versions, preferredVersion: versions[0] };
}
