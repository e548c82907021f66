import { formatLabels, formatSelector } from "../label-selector.ts";
import { listAt, numberAt, textAt, valueAt, type RecordedObject } from "../recorded-object.ts";
import { age, clipped, isSet, loadBalancerCell } from "./cells.ts";
import { text, wide, type Printer } from "./printer.ts";

const most = 3;

export const servicePrinter: Printer = {
  columns: [text("Name"), text("Type"), text("Cluster-IP"), text("External-IP"), text("Port(s)"), text("Age"), wide(text("Selector"))],
  cells: (object, now) => [
    object.metadata.name,
    textAt(object, "spec", "type"),
    textOf(listAt(object, "spec", "clusterIPs")[0]) || textAt(object, "spec", "clusterIP") || "<none>",
    externalAddress(object),
    listAt(object, "spec", "ports").map(servicePort).join(",") || "<none>",
    age(object, now),
    formatLabels(object, "spec", "selector"),
  ],
};

function servicePort(port: unknown): string {
  const node = numberAt(port, "nodePort");
  return `${numberAt(port, "port")}${node > 0 ? `:${node}` : ""}/${textAt(port, "protocol")}`;
}

function externalAddress(service: RecordedObject): string {
  const external = listAt(service, "spec", "externalIPs").map(textOf);
  switch (textAt(service, "spec", "type")) {
    case "ClusterIP":
    case "NodePort":
      return external.join(",") || "<none>";
    case "LoadBalancer": {
      const balanced = loadBalancerCell(service);
      return [...(balanced === "" ? [] : [balanced]), ...external].join(",") || "<pending>";
    }
    case "ExternalName":
      return textAt(service, "spec", "externalName");
    default:
      return "<unknown>";
  }
}

export const endpointsPrinter: Printer = {
  columns: [text("Name"), text("Endpoints"), text("Age")],
  cells(object, now) {
    const subsets = listAt(object, "subsets");
    const addresses = clipped(subsets.flatMap(subsetAddresses), most, "");
    return [object.metadata.name, subsets.length === 0 ? "<none>" : addresses, age(object, now)];
  },
};

function subsetAddresses(subset: unknown): string[] {
  const addresses = listAt(subset, "addresses").map((address) => textAt(address, "ip"));
  const ports = listAt(subset, "ports").map((port) => numberAt(port, "port"));
  if (ports.length === 0) return addresses;
  return ports.flatMap((port) => addresses.map((ip) => (ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`)));
}

export const endpointSlicePrinter: Printer = {
  columns: [text("Name"), text("AddressType"), text("Ports"), text("Endpoints"), text("Age")],
  cells: (object, now) => [
    object.metadata.name,
    textAt(object, "addressType"),
    clipped(
      listAt(object, "ports").map((port) => textAt(port, "port") || textAt(port, "name") || "*"),
      most,
      "<unset>",
    ),
    clipped(
      listAt(object, "endpoints").flatMap((endpoint) => listAt(endpoint, "addresses").map(textOf)),
      most,
      "<unset>",
    ),
    age(object, now),
  ],
};

export const ingressPrinter: Printer = {
  columns: [text("Name"), text("Class"), text("Hosts"), text("Address"), text("Ports"), text("Age")],
  cells: (object, now) => [
    object.metadata.name,
    textAt(object, "spec", "ingressClassName") || "<none>",
    ingressHosts(listAt(object, "spec", "rules")),
    loadBalancerCell(object),
    listAt(object, "spec", "tls").length > 0 ? "80, 443" : "80",
    age(object, now),
  ],
};

/** Three hosts at most; how many more there are is counted in rules, with a host or without, as Kubernetes does. */
function ingressHosts(rules: readonly unknown[]): string {
  const hosts: string[] = [];
  for (const rule of rules) {
    if (hosts.length === most) return `${hosts.join(",")} + ${rules.length - most} more...`;
    const host = textAt(rule, "host");
    if (host !== "") hosts.push(host);
  }
  return hosts.join(",") || "*";
}

export const ingressClassPrinter: Printer = {
  columns: [text("Name"), text("Controller"), text("Parameters"), text("Age")],
  cells(object, now) {
    const group = textAt(object, "spec", "parameters", "apiGroup");
    const kind = `${textAt(object, "spec", "parameters", "kind")}${group === "" ? "" : `.${group}`}`;
    const parameters = isSet(object, "spec", "parameters") ? `${kind}/${textAt(object, "spec", "parameters", "name")}` : "<none>";
    return [object.metadata.name, textAt(object, "spec", "controller"), parameters, age(object, now)];
  },
};

export const networkPolicyPrinter: Printer = {
  columns: [text("Name"), text("Pod-Selector"), text("Age")],
  cells: (object, now) => [object.metadata.name, formatSelector(valueAt(object, "spec", "podSelector")), age(object, now)],
};

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
