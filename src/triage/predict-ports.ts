import { containerOf, type FaultRule, type Proposal, standsNow } from "./fault-rule.ts";
import type { JsonValue } from "../messages/conversation.ts";
import { isObject, listAt, numberAt, textAt, textsAt, valueAt } from "./kube-object.ts";
import { readListenAddress, takenBeside } from "./listening.ts";
import { namesWord, whyNotMeant } from "./meant.ts";
import { quote } from "./quote.ts";
import type { Place } from "./predict.ts";
import type { Snapshot } from "./snapshot.ts";
import { type Container, containersOf, labelsOf, matchesSelector, selects } from "./workloads.ts";

/** A port that the container declares, or at which a service expects it. */
export const portTakenRule: FaultRule = {
  places: ({ field }) => [field],
  stays: (proposal) => {
    const value = standsNow(proposal);
    if (typeof value !== "string") return "nothing says any more where it listens";
    return whyNotMeant(proposal.finding, value, "") === undefined ? undefined : keptInPod(proposal, value);
  },
};

/**
 * One of the candidates, but listened at on the pod's own loopback: that is narrower than before, so a neighbour in the pod has to ask there, and nobody
 * from outside.
 */
function keptInPod(proposal: Proposal, value: string): string | undefined {
  const { finding, now, after } = proposal;
  const notMeant = whyNotMeant(finding, value, "");
  const listens = readListenAddress(value);
  const own = listens?.lead.replace(loopback, "");
  const candidate = finding.candidates.some((one) => {
    const wide = readListenAddress(one.value);
    return wide?.port === listens?.port && wide?.lead.replace(anywhere, "") === own;
  });
  if (listens === undefined || own === listens.lead || !candidate) return notMeant;
  // At the very address: what listens at 127.0.0.1 alone does not answer at ::1.
  const [host = ""] = /127\.0\.0\.1|localhost/.exec(listens.lead) ?? [];
  const neighbour = containersOf(now.workload).find(
    (one) => one.name !== now.container.name && namesWord(JSON.stringify(one.json), `${host}:${listens.port}`),
  );
  if (neighbour === undefined) return `nothing in the pod asks for port ${listens.port} of its own`;
  const { json } = now.container;
  const probed = [
    ...probes.map((one) => valueAt(json, one)),
    valueAt(json, "lifecycle", "postStart"),
    valueAt(json, "lifecycle", "preStop"),
  ].some((one) => ways.some((way) => resolve(now.container, valueAt(one, way, "port")) === listens.port));
  if (probed) return `the kubelet asks at port ${listens.port} from outside of the pod`;
  if (listAt(json, "ports").some((one) => numberAt(one, "hostPort") !== undefined && numberAt(one, "containerPort") === listens.port))
    return `the node sends to port ${listens.port}`;
  return whoElseAsks(now, after, listens.port);
}

const loopback = /(?:127\.0\.0\.1|localhost):$/;
const anywhere = /(?:0\.0\.0\.0|\[::\]|\*)?:$/;

function asksOnLoopback(text: string, port: number): boolean {
  return new RegExp(`(?:localhost|127\\.0\\.0\\.1|\\[::1\\]):${port}(?!\\d)`).test(text);
}

/** Somebody beside the pod who would send to a port of a container. A service without an address of its own leads to every port of its pods. */
function whoElseAsks({ workload, container }: Place, after: Snapshot, port: number): string | undefined {
  const [namespace, labels] = [workload.object.namespace, labelsOf(workload.template)];
  const service = after
    .of("Service", namespace)
    .filter(({ json }) => selects(textsAt(json, "spec", "selector"), labels))
    .find(
      ({ json }) =>
        textAt(json, "spec", "clusterIP") === "None" ||
        listAt(json, "spec", "ports").some((one) => resolve(container, valueAt(one, "targetPort") ?? valueAt(one, "port")) === port),
    );
  if (service !== undefined) return `Service ${service.name} sends to port ${port}`;
  const monitor = after.of("PodMonitor", namespace).find(({ json }) => matchesSelector(valueAt(json, "spec", "selector"), labels));
  if (monitor !== undefined) return `PodMonitor ${monitor.name} asks its pods`;
  const noted = Object.values(textsAt(workload.template, "metadata", "annotations")).includes(String(port));
  return noted ? `an annotation of its pods names port ${port}` : undefined;
}

const probes = ["startupProbe", "livenessProbe", "readinessProbe"] as const;
const ways = ["httpGet", "tcpSocket", "grpc"] as const;

/** A port to which the program has a right, and which something shows, where everything that names the old one follows. */
export const portPrivilegedRule: FaultRule = {
  places: ({ field }) => {
    const container = containerOf(field);
    if (container.length === 0) return [field];
    return [field, [...container, "ports"], ...probes.flatMap((probe) => ways.map((way) => [...container, probe, way, "port"]))];
  },
  stays: (proposal) => {
    const value = standsNow(proposal);
    if (typeof value !== "string") return "nothing says any more where it listens";
    const [old, now] = [readListenAddress(proposal.finding.value ?? ""), readListenAddress(value)];
    if (old === undefined || now === undefined || old.lead !== now.lead) return `${quote(value, 60)} names no other port`;
    if (now.port < 1024) return `the program has no right to port ${now.port} either`;
    const shown = proposal.finding.candidates.some((one) => one.value === value) || namesWord(proposal.repositoryText, String(now.port));
    if (!shown) return `nothing shows that port ${now.port} is meant`;
    const { after, now: place } = proposal;
    const beside = takenBeside(after, place.workload, place.container.name, now.port);
    if (beside !== undefined) return `container ${beside.name} of the same pod has port ${now.port}`;
    return strayPort(proposal, old.port, now.port) ?? whoStillAsks(proposal, old.port);
  },
};

/** A declared port or a probe that goes anywhere else than with the program. */
function strayPort({ was, now }: Proposal, from: number, to: number): string | undefined {
  const moved = (port: JsonValue | undefined): JsonValue | undefined => (port === from ? to : port);
  const [old, fresh] = [was, now].map(({ container }) => listAt(container.json, "ports")) as [readonly JsonValue[], readonly JsonValue[]];
  const bare = (port: JsonValue | undefined): string =>
    isObject(port) ? JSON.stringify({ ...port, containerPort: moved(port["containerPort"]) }) : JSON.stringify(port);
  if (old.length !== fresh.length || old.some((one, at) => bare(one) !== bare(fresh[at])))
    return "more of the container's ports changes than the one that moves";
  // What others reach at the node's own port is sent where the container declares it.
  if (fresh.some((one) => numberAt(one, "hostPort") !== undefined && numberAt(one, "containerPort") === from))
    return `the node would still send to port ${from}`;
  if (asksOnLoopback(JSON.stringify(now.workload.template["spec"]), from)) return `something in the pod would still ask at port ${from}`;
  for (const probe of probes)
    for (const way of ways) {
      const [asked, asks] = [was, now].map(({ container }) => resolve(container, valueAt(container.json, probe, way, "port")));
      if (asks !== moved(asked)) return `the ${probe} would not ask where the program listens`;
    }
  return undefined;
}

function resolve({ json }: Container, port: JsonValue | undefined): JsonValue | undefined {
  return typeof port === "string"
    ? numberAt(
        listAt(json, "ports").find((one) => textAt(one, "name") === port),
        "containerPort",
      )
    : port;
}

/** A service, a policy or a note for whoever collects figures that would still go to the old port. */
function whoStillAsks({ now: { workload, container }, after }: Proposal, port: number): string | undefined {
  const [namespace, labels] = [workload.object.namespace, labelsOf(workload.template)];
  const asks = (one: JsonValue): boolean => resolve(container, valueAt(one, "targetPort") ?? valueAt(one, "port")) === port;
  const service = after
    .of("Service", namespace)
    .find(({ json }) => selects(textsAt(json, "spec", "selector"), labels) && listAt(json, "spec", "ports").some(asks));
  if (service !== undefined) return `Service ${service.name} would still send to port ${port}`;
  const policy = after
    .of("NetworkPolicy", namespace)
    .find(
      ({ json }) =>
        matchesSelector(valueAt(json, "spec", "podSelector"), labels) &&
        listAt(json, "spec", "ingress").some((rule) => listAt(rule, "ports").length > 0),
    );
  if (policy !== undefined) return `NetworkPolicy ${policy.name} lets in at certain ports alone`;
  const noted = Object.values(textsAt(workload.template, "metadata", "annotations")).includes(String(port));
  return noted ? `an annotation of its pods names port ${port}` : undefined;
}
