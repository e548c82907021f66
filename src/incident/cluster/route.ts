/** What a path asks for. Names are as the client wrote them and are only ever compared, never used to open anything. */
export type Route =
  | { readonly to: "api-root" }
  | { readonly to: "apis-root" }
  | { readonly to: "group"; readonly group: string }
  | { readonly to: "version"; readonly group: string; readonly version: string }
  | { readonly to: "resource"; readonly address: Address }
  | { readonly to: "server-version" }
  | { readonly to: "health" }
  | { readonly to: "openapi-v2" }
  | { readonly to: "openapi-v3"; readonly groupVersion: string | undefined }
  | { readonly to: "nothing" };

/** Where objects are: all of a resource, those of a namespace, one of them, or a part of one (`log`, `status`, `exec`). */
export interface Address {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/** @returns undefined where the path is not valid percent encoding */
export function parseRoute(pathname: string): Route | undefined {
  let parts: string[];
  try {
    parts = pathname
      .split("/")
      .filter((part) => part !== "")
      .map(decodeURIComponent);
  } catch {
    return undefined;
  }
  const [root, ...rest] = parts;
  switch (root) {
    case "api":
      if (rest.length === 0) return { to: "api-root" };
      return versionRoute("", rest);
    case "apis": {
      const [group, ...below] = rest;
      if (group === undefined) return { to: "apis-root" };
      return below.length === 0 ? { to: "group", group } : versionRoute(group, below);
    }
    case "version":
      return rest.length === 0 ? { to: "server-version" } : { to: "nothing" };
    case "healthz":
    case "livez":
    case "readyz":
      return { to: "health" };
    case "openapi":
      if (rest[0] === "v2" && rest.length === 1) return { to: "openapi-v2" };
      if (rest[0] === "v3") return { to: "openapi-v3", groupVersion: rest.length === 1 ? undefined : rest.slice(1).join("/") };
      return { to: "nothing" };
    default:
      return { to: "nothing" };
  }
}

function versionRoute(group: string, parts: readonly string[]): Route {
  const [version = "", first, second, third, fourth, ...rest] = parts;
  const at = { group, version };
  if (first === undefined) return { to: "version", ...at };
  // `namespaces/NAME` is a namespace itself, and so are its parts; a resource inside it has one more step that is not a part.
  if (first === "namespaces" && second !== undefined && third !== undefined && !namespaceParts.has(third)) {
    const subresource = rest.length === 0 ? undefined : rest.join("/");
    return { to: "resource", address: { ...at, resource: third, namespace: second, name: fourth, subresource } };
  }
  const subresource = third === undefined ? undefined : [third, fourth, ...rest].filter((part) => part !== undefined).join("/");
  return { to: "resource", address: { ...at, resource: first, namespace: undefined, name: second, subresource } };
}

const namespaceParts = new Set(["status", "finalize"]);
