import { qualifiedResource, type ResourceType } from "./resource-types.ts";

/** What an API server answers in place of an object when something is wrong; kubectl prints `message` after the reason. */
export interface Status {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly metadata: Readonly<Record<string, never>>;
  readonly status: "Failure";
  readonly message: string;
  readonly reason: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly code: number;
}

type Named = Pick<ResourceType, "group" | "resource">;

export function badRequest(message: string): Status {
  return failure(400, "BadRequest", message);
}

export function notFound(type: Named, name: string): Status {
  return failure(404, "NotFound", `${qualifiedResource(type)} "${name}" not found`, details(type, name));
}

export function noSuchRoute(): Status {
  return failure(404, "NotFound", "the server could not find the requested resource", {});
}

/** A parameter that the API server knows but does not serve here: clients fall back to an older way. */
export function invalid(message: string): Status {
  return failure(422, "Invalid", message);
}

export function internal(message: string): Status {
  return failure(500, "InternalError", `Internal error occurred: ${message}`);
}

/** Why nothing can be changed: said to people and models alike, so it also says what to do instead. */
export const readOnlyReason =
  "this cluster is a recording and is read-only in this session; a change belongs in the manifests of the repository";

export function readOnly(type: Named | undefined, name: string | undefined): Status {
  if (type === undefined) return failure(403, "Forbidden", `forbidden: ${readOnlyReason}`, {});
  const what = name === undefined ? qualifiedResource(type) : `${qualifiedResource(type)} "${name}"`;
  return failure(403, "Forbidden", `${what} is forbidden: ${readOnlyReason}`, details(type, name));
}

function details({ group, resource }: Named, name: string | undefined): Record<string, unknown> {
  return { ...(name === undefined ? {} : { name }), ...(group === "" ? {} : { group }), kind: resource };
}

function failure(code: number, reason: string, message: string, more?: Readonly<Record<string, unknown>>): Status {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason,
    ...(more === undefined ? {} : { details: more }),
    code,
  };
}
