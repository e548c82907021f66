/** What a client asked to be answered with, read from `Accept`: the first of its wishes that can be fulfilled. */
export type Representation =
  | { readonly as: "object" }
  | { readonly as: "table"; readonly version: "v1" | "v1beta1" }
  | { readonly as: "metadata" }
  | { readonly as: "discovery"; readonly version: "v2" | "v2beta1" };

/** How an object or list can be shown; JSON is answered where nothing else fits, and says so in its content type. */
export function negotiateObject(accept: string | null): Representation {
  for (const wish of parseAccept(accept)) {
    if (wish.get("") !== "application/json" && wish.get("") !== "*/*" && wish.get("") !== "application/*") continue;
    const as = wish.get("as");
    if (as === undefined) return { as: "object" };
    const version = wish.get("v");
    if (wish.get("g") !== "meta.k8s.io") continue;
    if (as === "Table" && (version === "v1" || version === "v1beta1")) return { as: "table", version };
    if ((as === "PartialObjectMetadata" || as === "PartialObjectMetadataList") && version === "v1") return { as: "metadata" };
  }
  return { as: "object" };
}

/** Whether `/api` and `/apis` are wanted as one document with all resources. */
export function negotiateDiscovery(accept: string | null): Representation {
  for (const wish of parseAccept(accept)) {
    if (wish.get("") !== "application/json") continue;
    const as = wish.get("as");
    if (as === undefined) return { as: "object" };
    const version = wish.get("v");
    const fits = as === "APIGroupDiscoveryList" && wish.get("g") === "apidiscovery.k8s.io";
    if (fits && (version === "v2" || version === "v2beta1")) return { as: "discovery", version };
  }
  return { as: "object" };
}

/** Each wish as its media type (under the empty key) and parameters, in the client's order, which kubectl keeps by preference. */
function parseAccept(accept: string | null): readonly ReadonlyMap<string, string>[] {
  return (accept ?? "*/*").split(",").map((wish) => {
    const [type = "", ...parameters] = wish.split(";").map((part) => part.trim());
    return new Map([["", type], ...parameters.map((part): [string, string] => [part.split("=")[0] ?? "", part.split("=")[1] ?? ""])]);
  });
}
