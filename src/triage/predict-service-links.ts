import { linkName } from "./analyzers/service-links.ts";
import { variablesOf } from "./environment.ts";
import { type FaultRule, type Proposal, standsNow } from "./fault-rule.ts";
import { type FieldStep, listAt, numberAt } from "./kube-object.ts";
import { placeOf } from "./predict-hosts.ts";
import { quote } from "./quote.ts";

/** The program is given the setting, with the port of that service; or the kubelet sets none, and the program's own text has that port where nothing is said. */
export const serviceLinkRule: FaultRule = {
  places: ({ field, says }) => {
    const [, container = "", variable = ""] = /^container ([\w.-]+) reads (\w+),/.exec(says) ?? [];
    const of = (list: string): readonly FieldStep[] => [...field.slice(0, -1), list, { name: container }, "env", { name: variable }];
    return [field, of("containers"), of("initContainers")];
  },
  stays: (proposal) => {
    const { finding, now, after } = proposal;
    const [, variable = "", service = ""] = /reads (\w+),.* for Service ([\w.-]+):/.exec(finding.says) ?? [];
    const ports = listAt(after.find("Service", finding.object.namespace, service)?.json, "spec", "ports").flatMap(
      (one) => numberAt(one, "port") ?? [],
    );
    const [port, ...more] = ports;
    if (variable !== linkName(service) || port === undefined || more.length > 0) return "which port is meant is not known";
    const given = variablesOf(after, now.workload, now.container).find(({ name }) => name === variable);
    if (given !== undefined) return portStays(proposal, variable, service, given.value, port);
    return standsNow(proposal) === false ? silenceStays(proposal, variable, port) : `the kubelet still sets ${variable}`;
  },
};

function portStays(proposal: Proposal, variable: string, service: string, value: string, port: number): string | undefined {
  const { now, after } = proposal;
  if (value !== String(port)) return `${quote(value, 60)} is not the port of Service ${service}`;
  const host = variablesOf(after, now.workload, now.container).find(({ name }) => name === variable.replace(/PORT$/, "HOST"));
  // Which host it asks is the program's own matter: its text has to show that it is at that port.
  if (host === undefined) return silenceStays(proposal, variable, port);
  const own = now.workload.object.namespace ?? "";
  const named = placeOf(host.value, own);
  return named?.name === service && named.namespace === own ? undefined : `${host.name} names another host than Service ${service}`;
}

/** What the program does where nobody sets the variable: its text has to show that, and that it reads nothing else of the kubelet's. */
function silenceStays({ now: { workload }, repositoryText }: Proposal, variable: string, port: number): string | undefined {
  const others = /\b(?!KUBERNETES_)[A-Z][A-Z0-9_]*(?:_SERVICE_(?:HOST|PORT)|_PORT_\d+_(?:TCP|UDP))/;
  if (others.test(repositoryText) || others.test(JSON.stringify(workload.template)))
    return "the program reads other variables that the kubelet sets for services";
  // A value that is only set somewhere (`REDIS_PORT=6379`) is none that the program has by itself.
  const otherwise = new RegExp(`\\b${variable}\\b["'\`\\])]*\\s*(?:\\?\\?|\\|\\||\\?:|:-|,|or\\b|default\\b[:=(]?)\\s*["'\`]?${port}\\b`);
  return repositoryText.split("\n").some((line) => otherwise.test(line))
    ? undefined
    : `nothing shows that the program takes port ${port} where ${variable} is not set`;
}
