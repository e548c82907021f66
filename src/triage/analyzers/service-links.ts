import { variablesOf } from "../environment.ts";
import { specOf } from "../fault-rule.ts";
import type { Finding } from "../finding.ts";
import { flagAt, type KubeObject, listAt, numberAt, refOf, textAt } from "../kube-object.ts";
import { type Crash, lastLines, logLine } from "./crash.ts";

/** The variable that the kubelet gives every container for a service, unless it is told not to: `REDIS_PORT=tcp://10.0.0.1:6379`. */
export function linkName(service: string): string {
  return `${service.toUpperCase().replaceAll("-", "_")}_PORT`;
}

/** A program reads a setting, and finds there what the kubelet has put for a service of that name. */
export function serviceLink(crash: Crash): Finding | undefined {
  const { snapshot, workload, container } = crash;
  if (flagAt(workload.template, "spec", "enableServiceLinks") === false) return undefined;
  for (const line of lastLines(crash).toReversed()) {
    const [link, address, digits] = /\b(?:tcp|udp):\/\/(\d{1,3}(?:\.\d{1,3}){3}):(\d{1,5})\b/.exec(line) ?? [];
    const service =
      link === undefined
        ? undefined
        : snapshot
            .of("Service", workload.object.namespace)
            .find((one) => linksTo(one, address, Number(digits)) && line.includes(linkName(one.name)));
    if (link === undefined || service === undefined) continue;
    const name = linkName(service.name);
    const given = listAt(container.json, "env").some((one) => textAt(one, "name") === name);
    if (given || variablesOf(snapshot, workload, container).some((one) => one.name === name)) continue;
    return {
      fault: "service-link",
      severity: "cause",
      object: refOf(workload.object),
      field: [...specOf(container.field), "enableServiceLinks"],
      value: undefined,
      says: `container ${container.name} reads ${name}, which nothing sets but the kubelet, for Service ${service.name}: it is no setting of the program`,
      evidence: [logLine(crash, line)],
      candidates: [{ value: "false", why: "the kubelet then sets no variables for services" }],
    };
  }
  return undefined;
}

function linksTo(service: KubeObject, address: string | undefined, port: number): boolean {
  return (
    textAt(service.json, "spec", "clusterIP") === address &&
    listAt(service.json, "spec", "ports").some((one) => numberAt(one, "port") === port)
  );
}
