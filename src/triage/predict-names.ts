import type { Finding } from "./finding.ts";
import { type KubeObject, listAt, numberAt, objectAt, refText, textAt } from "./kube-object.ts";
import { whyNotNearest } from "./meant.ts";
import { quote } from "./quote.ts";
import type { Snapshot } from "./snapshot.ts";

/** A name that is written anew is the one that was meant. The answer is why not; `undefined` where it may be, or where what it names has been made. */
export function nameStays(finding: Finding, object: KubeObject, repositoryText: string): string | undefined {
  const name = textAt(object.json, ...finding.field);
  if (name === undefined || name === "") return "nothing is named there any more";
  return name === finding.value ? undefined : whyNotNearest(finding, name, repositoryText);
}

/** An autoscaler scales what it was meant for, and nothing that another one scales already: the two would undo each other's work. */
export function scalerTargetStays(finding: Finding, scaler: KubeObject, after: Snapshot, repositoryText: string): string | undefined {
  const targetOf = (one: KubeObject): string =>
    ["kind", "name"].map((member) => textAt(one.json, "spec", "scaleTargetRef", member) ?? "").join("/");
  const rival = after
    .of("HorizontalPodAutoscaler", scaler.namespace)
    .find((one) => refText(one) !== refText(scaler) && targetOf(one) === targetOf(scaler));
  if (rival !== undefined) return `autoscaler ${rival.name} scales that already`;
  return nameStays(finding, scaler, repositoryText);
}

/**
 * An ingress sends to a port of its service that is one of the candidates, by its number or by its name. Where what was written is the port at which the
 * containers listen, only the ports of the service that lead there are candidates.
 */
export function ingressPortStays(finding: Finding, ingress: KubeObject, before: Snapshot, after: Snapshot): string | undefined {
  const way = finding.field.slice(0, -2);
  const backend = objectAt(ingress.json, ...way);
  const port = objectAt(backend, "port");
  const [number, name] = [numberAt(port, "number"), textAt(port, "name")];
  if (number === undefined && name === undefined) return "nothing answers there any more";
  if (number !== undefined && name !== undefined) return "a backend has the number of a port or its name, and not both";
  const [was, is] = [before.find(ingress.kind, ingress.namespace, ingress.name)?.json, ingress.json].map(
    (json) => textAt(json, ...way, "name") ?? "",
  );
  // That the port is of another service is a guess that nothing here bears out.
  if (was !== is) return `nothing shows that Service ${quote(is ?? "", 60)} is meant rather than ${quote(was ?? "", 60)}`;
  const service = after.find("Service", ingress.namespace, is ?? "");
  const found = listAt(service?.json, "spec", "ports").find((one) =>
    number === undefined ? textAt(one, "name") === name : numberAt(one, "port") === number,
  );
  const names = [textAt(found, "name"), numberAt(found, "port")].flatMap((one) => (one === undefined ? [] : [String(one)]));
  if (found === undefined || finding.candidates.length === 0 || names.includes(finding.value ?? "")) return undefined;
  return finding.candidates.some(({ value }) => names.includes(value))
    ? undefined
    : `nothing shows that ${quote(String(number ?? name), 60)} is meant`;
}
