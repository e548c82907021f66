import { groupVersionOf, type ResourceType } from "./resource-types.ts";

/** `GET /openapi/v3`: where the document of each group and version is. */
export function openapiIndex(types: readonly ResourceType[]): unknown {
  const names = new Set(types.map(documentName));
  return { paths: Object.fromEntries([...names].map((name) => [name, { serverRelativeURL: `/openapi/v3/${name}` }])) };
}

/**
 * `GET /openapi/v3/…`: that each kind's PATCH knows `dryRun` and `fieldValidation`, which kubectl asks before it writes (it would otherwise
 * stop with a complaint about OpenAPI instead of the server's refusal), and for `kubectl explain` that fields are not described here.
 */
export function openapiDocument(types: readonly ResourceType[], groupVersion: string): unknown {
  const found = types.filter((type) => documentName(type) === groupVersion);
  if (found.length === 0) return undefined;
  const parameters = ["dryRun", "fieldManager", "fieldValidation", "force"].map((name) => ({
    name,
    in: "query",
    schema: { type: "string" },
  }));
  const schema = (type: ResourceType) => ({
    type: "object",
    description: "The fields of this kind are not described in a recorded cluster.",
    "x-kubernetes-group-version-kind": [{ group: type.group, version: type.version, kind: type.kind }],
  });
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
    components: { schemas: Object.fromEntries(found.map((type) => [`recorded.${type.kind}`, schema(type)])) },
  };
}

function documentName(type: ResourceType): string {
  return `${type.group === "" ? "api" : "apis"}/${groupVersionOf(type)}`;
}
