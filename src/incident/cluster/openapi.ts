import { groupVersionOf, type ResourceType } from "./resource-types.ts";

/** `GET /openapi/v3`: where the document of each group and version is. */
export function openapiIndex(types: readonly ResourceType[]): unknown {
  const names = new Set(types.map(documentName));
  return { paths: Object.fromEntries([...names].map((name) => [name, { serverRelativeURL: `/openapi/v3/${name}` }])) };
}

/**
 * `GET /openapi/v3/…`: no schemas, only that each kind's PATCH knows `dryRun` and `fieldValidation`. kubectl asks this before it writes, and would
 * otherwise stop with a complaint about OpenAPI instead of the server's refusal.
 */
export function openapiDocument(types: readonly ResourceType[], groupVersion: string): unknown {
  const found = types.filter((type) => documentName(type) === groupVersion);
  if (found.length === 0) return undefined;
  const parameters = ["dryRun", "fieldManager", "fieldValidation", "force"].map((name) => ({
    name,
    in: "query",
    schema: { type: "string" },
  }));
  return {
    openapi: "3.0.0",
    info: { title: "Recorded cluster", version: "unversioned" },
    paths: Object.fromEntries(
      found.map((type) => [
        `/${groupVersion}/${type.namespaced ? "namespaces/{namespace}/" : ""}${type.resource}/{name}`,
        {
          patch: {
            parameters,
            responses: { "403": { description: "Forbidden" } },
            "x-kubernetes-group-version-kind": { group: type.group, version: type.version, kind: type.kind },
          },
        },
      ]),
    ),
  };
}

function documentName(type: ResourceType): string {
  return `${type.group === "" ? "api" : "apis"}/${groupVersionOf(type)}`;
}
