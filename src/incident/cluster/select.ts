import { CloisterError } from "../../error.ts";
import { matchesFields, parseFieldSelector } from "./field-selector.ts";
import { matchesLabels, parseLabelSelector } from "./label-selector.ts";
import { integerOf } from "./query.ts";
import type { RecordedObject } from "./recorded-object.ts";
import type { ResourceType } from "./resource-types.ts";

export interface Page {
  readonly items: readonly RecordedObject[];
  /** Opaque; asks for the rest. Empty where there is none. */
  readonly continueToken: string;
  /** How many come after this page, known only where nothing was selected by label or field, as in Kubernetes. */
  readonly remaining: number | undefined;
}

/**
 * The objects that a list or watch asks for: of a namespace, by labels and fields, a page at a time.
 *
 * @throws {CloisterError} `bad-request` for a selector, number or token that cannot be read
 */
export function selectPage(
  objects: readonly RecordedObject[],
  type: ResourceType,
  address: { readonly namespace: string | undefined; readonly name: string | undefined },
  query: URLSearchParams,
): Page {
  const labels = parseLabelSelector(query.get("labelSelector") ?? "");
  const fields = parseFieldSelector(query.get("fieldSelector") ?? "", type);
  const limit = integerOf(query, "limit", 0) ?? 0;
  requireMatch(query);
  const matching = objects.filter(
    (object) =>
      (address.namespace === undefined || object.metadata.namespace === address.namespace) &&
      (address.name === undefined || object.metadata.name === address.name) &&
      matchesLabels(labels, object.metadata.labels) &&
      matchesFields(fields, object),
  );
  const start = startOf(query.get("continue") ?? "");
  const end = limit === 0 ? matching.length : Math.min(matching.length, start + limit);
  const more = end < matching.length;
  return {
    items: matching.slice(start, end),
    continueToken: more ? Buffer.from(JSON.stringify({ start: end })).toString("base64url") : "",
    remaining: more && labels.length === 0 && fields.length === 0 ? matching.length - end : undefined,
  };
}

/** The recording has one version of everything, so any resource version is served; what is not a rule at all is refused. */
function requireMatch(query: URLSearchParams): void {
  const match = query.get("resourceVersionMatch") ?? "";
  if (!["", "Exact", "NotOlderThan"].includes(match))
    throw new CloisterError(
      "bad-request",
      `resourceVersionMatch: Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan"`,
      {
        field: "resourceVersionMatch",
      },
    );
}

function startOf(token: string): number {
  if (token === "") return 0;
  const text = Buffer.from(token, "base64url").toString("utf8");
  const start = /^\{"start":(\d{1,9})\}$/.exec(text)?.[1];
  if (start === undefined) throw new CloisterError("bad-request", "continue key is not valid", { field: "continue" });
  return Number(start);
}
