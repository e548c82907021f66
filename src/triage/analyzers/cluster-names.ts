import type { JsonObject, JsonValue } from "../../messages/conversation.ts";
import type { Candidate } from "../finding.ts";
import { isObject, type KubeObject, listAt, numberAt, textAt, textsAt, valueAt } from "../kube-object.ts";
import { perNamespace } from "../per-namespace.ts";
import type { Snapshot } from "../snapshot.ts";
import { isOver, labelsOf, matchesSelector, selects } from "../workloads.ts";

/** Whom every cluster asks for names, where the snapshot does not show it: the labels that Kubernetes itself gives. */
const usual = {
  namespace: { "kubernetes.io/metadata.name": "kube-system" },
  pod: { "k8s-app": "kube-dns" },
  service: "kube-dns",
  space: "kube-system",
};

type Labels = Readonly<Record<string, string>>;

interface NameServer {
  readonly namespace: Labels;
  readonly pods: readonly Labels[];
  /** Ports at which the pods answer over UDP. */
  readonly ports: readonly number[];
}

const nameServerIn = perNamespace((snapshot, space): NameServer => {
  const service = snapshot.find("Service", space, usual.service);
  const port = listAt(service?.json, "spec", "ports").find((one) => numberAt(one, "port") === 53 && textAt(one, "protocol") === "UDP");
  const pods = snapshot
    .of("Pod", space)
    .filter((pod) => !isOver(pod) && selects(textsAt(service?.json, "spec", "selector"), labelsOf(pod.json)));
  const namespace = snapshot.of("Namespace").find(({ name }) => name === space);
  return {
    namespace: namespace === undefined ? usual.namespace : labelsOf(namespace.json),
    pods: pods.length === 0 ? [usual.pod] : pods.map(({ json }) => labelsOf(json)),
    ports: [numberAt(port, "targetPort") ?? 53],
  };
});

const nameServerOf = (snapshot: Snapshot): NameServer => nameServerIn(snapshot, usual.space);

/** Lines by which a program, or its library, says that nobody answered when it asked for a name; that a name is not known is another matter. */
const unanswered =
  /\bEAI_AGAIN\b|temporary failure in name resolution|\blookup [\w.-]+(?: on [\d.:[\]a-f]+)?: .{0,120}(?:i\/o timeout|connection refused|operation not permitted)|resolving timed out|(?:dns|resolver|name resolution)[^.]{0,40}timed? ?out|no servers could be reached/i;

export function isUnanswered(line: string): boolean {
  return unanswered.test(line.slice(0, 2000));
}

/** The last line of a log that tells of it. */
export function unansweredName(lines: readonly string[]): string | undefined {
  return lines.slice(-60).findLast(isUnanswered);
}

/** Policies that say where to these pods may connect. */
export function egressPolicies(snapshot: Snapshot, pod: KubeObject): readonly KubeObject[] {
  return snapshot
    .of("NetworkPolicy", pod.namespace)
    .filter(
      ({ json }) =>
        listAt(json, "spec", "policyTypes").includes("Egress") && matchesSelector(valueAt(json, "spec", "podSelector"), labelsOf(pod.json)),
    );
}

/** May the pods of a policy ask for names by one of its rules? A rule by addresses may be about the cluster's resolver, so it counts. */
export function mayAskForNames(snapshot: Snapshot, policy: KubeObject): boolean {
  const server = nameServerOf(snapshot);
  return listAt(policy.json, "spec", "egress").some((rule) => {
    const peers = listAt(rule, "to");
    const reaches = peers.length === 0 || peers.some((peer) => isObject(valueAt(peer, "ipBlock")) || choosesServer(peer, policy, server));
    const ports = listAt(rule, "ports");
    return reaches && (ports.length === 0 || ports.some((port) => isNamePort(port, server, true)));
  });
}

/** The rule that lets pods ask the name server, by the labels that Kubernetes itself gives it. */
export function nameRule(snapshot: Snapshot): Candidate {
  const ports = ["UDP", "TCP"].flatMap((protocol) =>
    [...new Set([53, ...nameServerOf(snapshot).ports])].map((port) => `{ protocol: ${protocol}, port: ${port} }`),
  );
  const [space, pods] = [usual.namespace, usual.pod].map(
    (labels) => Object.entries(labels).map(([key, value]) => `${key}: ${value}`)[0] ?? "",
  );
  return {
    value: `{ to: [{ namespaceSelector: { matchLabels: { ${space ?? ""} } }, podSelector: { matchLabels: { ${pods ?? ""} } } }], ports: [${ports.join(", ")}] }`,
    why: "a rule of its own for the name server",
    yaml: true,
  };
}

/** Does a rule let out to the cluster's name server, to its port, and to nothing else? */
export function isForNamesAlone(snapshot: Snapshot, policy: KubeObject, rule: JsonValue): boolean {
  const server = nameServerOf(snapshot);
  const [peers, ports] = [listAt(rule, "to"), listAt(rule, "ports")];
  if (!hasOnly(rule, ["to", "ports"]) || !ports.every((port) => hasOnly(port, ["protocol", "port"]))) return false;
  if (peers.length === 0 || !peers.every((peer) => isPeer(peer) && choosesServer(peer, policy, server) && !reachesOthers(snapshot, peer)))
    return false;
  return ports.every((port) => isNamePort(port, server, false)) && ports.some((port) => isNamePort(port, server, true));
}

function isPeer(peer: JsonValue): boolean {
  return hasOnly(peer, ["namespaceSelector", "podSelector"]) && Object.values(peer as JsonObject).every(isSelector);
}

/** A member that the API server does not know would be no choice at all. */
function isSelector(selector: JsonValue): boolean {
  return hasOnly(selector, ["matchLabels", "matchExpressions"]);
}

function hasOnly(value: JsonValue, members: readonly string[]): boolean {
  return isObject(value) && Object.keys(value).every((key) => members.includes(key));
}

function choosesServer(peer: JsonValue, policy: KubeObject, { namespace, pods }: NameServer): boolean {
  const [spaces, chosen] = [valueAt(peer, "namespaceSelector"), valueAt(peer, "podSelector")];
  if (spaces === undefined ? policy.namespace !== "kube-system" : !matchesSelector(spaces, namespace)) return false;
  return chosen === undefined ? spaces !== undefined : pods.every((labels) => matchesSelector(chosen, labels));
}

/** Does a peer choose pods of other namespaces? */
function reachesOthers(snapshot: Snapshot, peer: JsonValue): boolean {
  const [spaces, chosen] = [valueAt(peer, "namespaceSelector"), valueAt(peer, "podSelector")];
  const others = snapshot.of("Namespace").filter(({ name, json }) => name !== "kube-system" && matchesSelector(spaces, labelsOf(json)));
  // Without a choice of pods whatever is in the namespace, now or later, is reached.
  if (chosen === undefined) return others.length > 0;
  return others.some(({ name }) => snapshot.of("Pod", name).some((pod) => matchesSelector(chosen, labelsOf(pod.json))));
}

function isNamePort(port: JsonValue, { ports }: NameServer, overUdp: boolean): boolean {
  const protocol = textAt(port, "protocol") ?? "TCP";
  const [from, to] = [valueAt(port, "port"), numberAt(port, "endPort")];
  if (overUdp ? protocol !== "UDP" : protocol !== "UDP" && protocol !== "TCP") return false;
  const wanted = [53, ...ports];
  if (!overUdp) return typeof from === "number" && to === undefined && wanted.includes(from);
  // A name of a port is one of the resolver's own, and not followed here; all of a protocol's ports hold this one.
  if (from === undefined || typeof from === "string") return true;
  return typeof from === "number" && ports.some((one) => from <= one && one <= (to ?? from));
}
