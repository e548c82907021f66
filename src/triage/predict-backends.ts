import type { JsonValue } from "../messages/conversation.ts";
import type { Finding } from "./finding.ts";
import { type KubeObject, listAt, textAt, textsAt, valueAt } from "./kube-object.ts";
import { whyNotNearest } from "./meant.ts";
import type { Snapshot } from "./snapshot.ts";
import { labelsOf, selects } from "./workloads.ts";

/** Of a route only the name of the backend changes, and it is one that is known. */
export function routeStays(finding: Finding, object: KubeObject, before: Snapshot, repositoryText: string): string | undefined {
  const value = valueAt(object.json, ...finding.field);
  if (typeof value !== "string" && typeof value !== "number") return "nothing is named there any more";
  if (String(value) === finding.value) return undefined;
  const [list, was] = [object, before.find(object.kind, object.namespace, object.name)].map((one) =>
    valueAt(one?.json, ...finding.field.slice(0, -2)),
  );
  const member = finding.field.at(-1);
  const bare = (refs: JsonValue | undefined): string => JSON.stringify(refs, (key, one: unknown) => (key === member ? undefined : one));
  return bare(list) === bare(was) ? whyNotNearest(finding, String(value), repositoryText) : "more of the route changes than what it names";
}

/** A set's service is one without an address of its own that chooses its pods. */
export function setServiceStays(finding: Finding, set: KubeObject, after: Snapshot, repositoryText: string): string | undefined {
  const name = textAt(set.json, ...finding.field);
  if (name === undefined || name === "") return "no service is named any more";
  const service = after.find("Service", set.namespace, name);
  if (service === undefined) return "the service is not there";
  if (textAt(service.json, "spec", "clusterIP") !== "None") return "the service gives no names to pods: it has an address of its own";
  if (!selects(textsAt(service.json, "spec", "selector"), labelsOf(valueAt(set.json, "spec", "template"))))
    return "the service does not choose its pods";
  return name === finding.value ? undefined : whyNotNearest(finding, name, repositoryText);
}

/** Pull secrets that are there are of a type with which nodes pull. */
export function isPullSecret(secret: KubeObject | undefined): boolean {
  const type = textAt(secret?.json, "type");
  return secret !== undefined && (type === undefined || /^kubernetes\.io\/dockerc(?:onfigjson|fg)$/.test(type));
}

/** Why what a template names to pull with gives nobody a right to. */
export function pullSecretStays(template: JsonValue, namespace: string | undefined, after: Snapshot): string | undefined {
  const names = listAt(template, "spec", "imagePullSecrets").flatMap((one) => textAt(one, "name") ?? []);
  if (names.length === 0) return "nothing gives the nodes a right to pull it";
  if (!after.covers("Secret")) return undefined;
  return names.some((name) => isPullSecret(after.find("Secret", namespace, name)))
    ? undefined
    : "what it names is no secret with which nodes pull";
}
