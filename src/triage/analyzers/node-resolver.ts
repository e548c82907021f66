import { specOf } from "../fault-rule.ts";
import type { Finding } from "../finding.ts";
import { flagAt, refOf, textAt } from "../kube-object.ts";
import { placeOf } from "../predict-hosts.ts";
import { quote } from "../quote.ts";
import { type Crash, lastLines, logLine } from "./crash.ts";

const unfound: readonly RegExp[] = [
  /\blookup ([\w.-]{1,253}?)\.? on \S{1,60}: no such host/,
  /\bgetaddrinfo (?:ENOTFOUND|EAI_AGAIN) ([\w.-]{1,253})/,
  /\bcould not (?:resolve host|translate host name):? "?([\w.-]{1,253})/i,
];

/** A name of the cluster is not found though its service is there: the pod asks the resolver of its node, which does not know the cluster. */
export function nodeResolver(crash: Crash): Finding | undefined {
  const { snapshot, workload, container } = crash;
  const hostNetwork = flagAt(workload.template, "spec", "hostNetwork") === true;
  const policy = textAt(workload.template, "spec", "dnsPolicy");
  // In the network of its node a pod asks the node's resolver unless it is said otherwise.
  if (policy !== "Default" && !(hostNetwork && (policy === undefined || policy === "ClusterFirst"))) return undefined;
  const namespace = workload.object.namespace ?? "";
  for (const line of lastLines(crash).toReversed()) {
    const host = unfound.map((pattern) => pattern.exec(line)?.[1]).find((one) => one !== undefined);
    const place = host === undefined ? undefined : placeOf(host, namespace);
    const service = place === undefined ? undefined : snapshot.find("Service", place.namespace, place.name);
    const address = textAt(service?.json, "spec", "clusterIP");
    if (host === undefined || service === undefined || address === undefined || address === "None") continue;
    return {
      fault: "node-resolver",
      severity: "cause",
      object: refOf(workload.object),
      field: [...specOf(container.field), "dnsPolicy"],
      value: policy,
      says: `container ${container.name} does not find ${quote(host, 100)}, though the service is there: ${hostNetwork ? "in its node's network" : "with dnsPolicy Default"} its pod asks the node's resolver`,
      evidence: [logLine(crash, line)],
      candidates: [{ value: hostNetwork ? "ClusterFirstWithHostNet" : "ClusterFirst", why: "the resolver of the cluster is asked first" }],
    };
  }
  return undefined;
}
