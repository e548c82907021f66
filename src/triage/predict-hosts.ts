import type { Candidate, Finding } from "./finding.ts";
import { type KubeObject, listAt, numberAt } from "./kube-object.ts";
import { namesWord } from "./meant.ts";
import { quote } from "./quote.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Workload } from "./workloads.ts";

/** An address, a URL, or an option that holds one (`--database=appointments-db:5432`), with the host and port taken out. */
export interface Address {
  readonly around: string;
  readonly scheme: boolean;
  readonly host: string;
  readonly port: number | undefined;
}

const addressPattern = /^((?:-+[\w.-]+=)?([a-z][a-z0-9+.-]*:\/\/)?(?:[^@/]*@)?)([\w.-]+)(?::(\d+))?(.*)$/is;

export function readAddress(text: string): Address | undefined {
  const [, lead = "", scheme, host = "", port, tail = ""] = addressPattern.exec(text) ?? [];
  if (host === "") return undefined;
  return { around: `${lead}…${tail}`, scheme: scheme !== undefined, host, port: port === undefined ? undefined : Number(port) };
}

/**
 * The host has to be the service that was meant, at a port of it, and nothing else of the setting may change. Meant is the first of the candidates that has
 * the port; where nothing comes near, a service that the repository's own text names.
 */
export function hostStays(
  workload: Workload,
  after: Snapshot,
  finding: Finding,
  value: string | undefined,
  repositoryText: string,
): string | undefined {
  if (value === undefined || value === finding.value) return "the setting names the same host";
  const [was, is] = [readAddress(finding.value ?? ""), readAddress(value)];
  if (is === undefined) return `${quote(value, 60)} is no address`;
  if (was !== undefined && was.around !== is.around) return "more than the host of the address changes";
  const own = workload.object.namespace ?? "";
  const place = placeOf(is.host, own);
  if (place === undefined) return `no Service of the cluster is called ${quote(is.host, 80)}`;
  const service = after.find("Service", place.namespace, place.name);
  if (service === undefined) return `no Service ${quote(place.name, 60)} is in namespace ${quote(place.namespace, 60)}`;
  const portsOf = (name: string, namespace: string): readonly (number | undefined)[] =>
    listAt(after.find("Service", namespace, name)?.json, "spec", "ports").map((one) => numberAt(one, "port"));
  const ports = portsOf(place.name, place.namespace);
  if (is.port !== undefined && !ports.includes(is.port)) return `Service ${place.name} has no port ${is.port}`;
  if (is.port === undefined && was?.port !== undefined && !is.scheme) return "the address loses its port";
  if (was?.port !== undefined && is.port !== undefined && is.port !== was.port && ports.includes(was.port))
    return `Service ${place.name} has port ${was.port}, which the address named before`;
  const had = was === undefined ? undefined : placeOf(was.host, own);
  if (was?.port !== undefined && had?.name === place.name && had.namespace === place.namespace && !ports.includes(was.port))
    return portStays(service, was.port, is.port);
  const meant = finding.candidates
    .flatMap((candidate) => placeOf(readAddress(candidate.value)?.host ?? "", own) ?? [])
    .find(({ name, namespace }) => was?.port === undefined || portsOf(name, namespace).includes(was.port));
  if (meant === undefined)
    return namesWord(repositoryText, place.name) ? undefined : `nothing shows that Service ${quote(place.name, 60)} is meant`;
  return meant.name === place.name && meant.namespace === place.namespace
    ? undefined
    : `nothing shows that Service ${quote(place.name, 60)} is meant rather than ${quote(meant.name, 60)} in namespace ${quote(meant.namespace, 60)}`;
}

/** A service that is the right one, asked at a port that it does not have: it has to be its only one, or the one that leads to the port that was asked. */
function portStays(service: KubeObject, was: number, is: number | undefined): string | undefined {
  if (is === undefined) return "the address loses its port";
  const ports = listAt(service.json, "spec", "ports");
  const leading = ports.filter((one) => numberAt(one, "targetPort") === was);
  const [meant, ...others] = leading.length > 0 ? leading : ports;
  return others.length === 0 && numberAt(meant, "port") === is
    ? undefined
    : `nothing shows which port of Service ${quote(service.name, 60)} is meant`;
}

/** The same address at the one port of its service that can be meant, where it names a port that the service does not have. */
export function portCandidates(snapshot: Snapshot, workload: Workload, value: string): readonly Candidate[] {
  const address = readAddress(value);
  const place = placeOf(address?.host ?? "", workload.object.namespace ?? "");
  const service = place === undefined ? undefined : snapshot.find("Service", place.namespace, place.name);
  const was = address?.port;
  // What stands in the text for whoever mends it is on one line, and short.
  if (address === undefined || service === undefined || was === undefined || !/^[\x21-\x7e]{1,300}$/.test(value)) return [];
  const ports = listAt(service.json, "spec", "ports").flatMap((one) => numberAt(one, "port") ?? []);
  if (ports.includes(was)) return [];
  const meant = ports.filter((port) => portStays(service, was, port) === undefined);
  return meant.map((port) => ({
    value: address.around.replace("…", () => `${address.host}:${port}`),
    why: `port ${port} is the one that Service ${service.name} has`,
  }));
}

/** `web`, `web.shop`, `web.shop.svc`, `web.shop.svc.cluster.local`: every name that the cluster's DNS has for a service. */
export function placeOf(host: string, own: string): { readonly name: string; readonly namespace: string } | undefined {
  const [, name, namespace] = /^([a-z0-9-]+)(?:\.([a-z0-9-]+)(?:\.svc(?:\.cluster\.local\.?)?)?)?$/.exec(host) ?? [];
  return name === undefined ? undefined : { name, namespace: namespace ?? own };
}
