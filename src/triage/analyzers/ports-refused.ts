import type { Candidate, Finding } from "../finding.ts";
import { listAt, textsAt, valueAt } from "../kube-object.ts";
import { declaredPorts, listenSetting, type ListenSetting, refusedPort, takenBeside } from "../listening.ts";
import { type Container, labelsOf, selects } from "../workloads.ts";
import { type Crash, lastLines, logLine } from "./crash.ts";

const inUse = /address already in use|EADDRINUSE|already in use|connection in use/i;

/** Two containers of a pod want the same port: they share its network. To blame is the one that is told to listen where it does not say that it does. */
export function portTaken(crash: Crash): Finding | undefined {
  const { snapshot, workload, container } = crash;
  const line = lastLines(crash).findLast((one) => inUse.test(one) && refusedPort(one) !== undefined);
  const port = refusedPort(line ?? "");
  const other = port === undefined ? undefined : takenBeside(snapshot, workload, container.name, port);
  if (line === undefined || port === undefined || other === undefined) return undefined;
  const told = [container, other].flatMap((one) => {
    const setting = listenSetting(snapshot, workload, one, port);
    return setting === undefined ? [] : [{ one, setting }];
  });
  const astray = told.find(({ one }) => declaredPorts(one).length > 0 && !declaredPorts(one).includes(port));
  const blamed = astray ?? told.find(({ one }) => one === container);
  if (blamed === undefined) return undefined;
  const beside = blamed.one === container ? other : container;
  return {
    fault: "port-taken",
    severity: "cause",
    object: blamed.setting.object,
    field: blamed.setting.field,
    value: blamed.setting.value,
    says: `container ${blamed.one.name} is told to listen at port ${port}, which container ${beside.name} of the same pod has`,
    evidence: [logLine(crash, line)],
    candidates: freePorts(crash, blamed.one, blamed.setting),
  };
}

/** Ports that others expect of the container: those that it declares, and those that a service sends to and no container declares. */
function freePorts({ snapshot, workload }: Crash, container: Container, { lead, port }: ListenSetting): readonly Candidate[] {
  const found = new Map(declaredPorts(container).map((one) => [one, "a port that the container declares"]));
  for (const service of snapshot.of("Service", workload.object.namespace)) {
    if (!selects(textsAt(service.json, "spec", "selector"), labelsOf(workload.template))) continue;
    for (const one of listAt(service.json, "spec", "ports")) {
      const target = valueAt(one, "targetPort");
      if (typeof target === "number" && !found.has(target)) found.set(target, `Service ${service.name} sends there`);
    }
  }
  return [...found]
    .filter(([one]) => one !== port && takenBeside(snapshot, workload, container.name, one) === undefined)
    .slice(0, 3)
    .map(([one, why]) => ({ value: `${lead}${one}`, why }));
}

const denied = /permission denied|EACCES/i;

/** The kernel keeps ports below this for those who have a right to them. */
const firstFree = 1024;

/** A program that has no right to the ports below 1024 is told to listen at one. */
export function portPrivileged(crash: Crash): Finding | undefined {
  const { snapshot, workload, container } = crash;
  const line = lastLines(crash).findLast((one) => denied.test(one) && (refusedPort(one) ?? firstFree) < firstFree);
  const port = refusedPort(line ?? "");
  if (line === undefined || port === undefined) return undefined;
  if (listAt(container.json, "securityContext", "capabilities", "add").some((one) => one === "NET_BIND_SERVICE")) return undefined;
  const setting = listenSetting(snapshot, workload, container, port);
  if (setting === undefined) return undefined;
  return {
    fault: "port-privileged",
    severity: "cause",
    object: setting.object,
    field: setting.field,
    value: setting.value,
    says: `container ${container.name} is told to listen at port ${port}, and it has no right to a port below ${firstFree}`,
    evidence: [logLine(crash, line)],
    candidates: portsWithoutRight(crash, setting),
  };
}

/** Ports that the container declares already, and the one that stands for this one where people have no right to it: 8080 for 80, 8443 for 443. */
function portsWithoutRight({ snapshot, workload, container }: Crash, { lead, port }: ListenSetting): readonly Candidate[] {
  const found = new Map(declaredPorts(container).map((one) => [one, "a port that the container declares"]));
  if (!found.has(port + 8000)) found.set(port + 8000, "it needs no right, and is customary in its place");
  return [...found]
    .filter(([one]) => one >= firstFree && takenBeside(snapshot, workload, container.name, one) === undefined)
    .slice(0, 3)
    .map(([one, why]) => ({ value: `${lead}${one}`, why }));
}
