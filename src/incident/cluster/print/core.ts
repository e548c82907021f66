import { listAt, membersAt, numberAt, textAt, valueAt, type RecordedObject } from "../recorded-object.ts";
import { age, countAt, isSet, since } from "./cells.ts";
import { integer, text, wide, type Printer } from "./printer.ts";

export const eventPrinter: Printer = {
  columns: [
    text("Last Seen"),
    text("Type"),
    text("Reason"),
    text("Object"),
    wide(text("Subobject")),
    wide(text("Source")),
    text("Message"),
    wide(text("First Seen")),
    wide(text("Count")),
    wide(text("Name")),
  ],
  cells(event, now) {
    const first = since(textAt(event, "firstTimestamp") || textAt(event, "eventTime"), now);
    const series = isSet(event, "series");
    const last = series ? textAt(event, "series", "lastObservedTime") : textAt(event, "lastTimestamp");
    const kind = textAt(event, "involvedObject", "kind").toLowerCase();
    const name = textAt(event, "involvedObject", "name");
    const component = textAt(event, "source", "component") || textAt(event, "reportingComponent");
    const host = textAt(event, "source", "host") || textAt(event, "reportingInstance");
    return [
      last === "" && !series ? first : since(last, now),
      textAt(event, "type"),
      textAt(event, "reason"),
      name === "" ? kind : `${kind}/${name}`,
      textAt(event, "involvedObject", "fieldPath"),
      host === "" ? component : `${component}, ${host}`,
      textAt(event, "message").trim(),
      first,
      series ? numberAt(event, "series", "count") : numberAt(event, "count") || 1,
      event.metadata.name,
    ];
  },
};

export const configMapPrinter: Printer = {
  columns: [text("Name"), text("Data"), text("Age")],
  cells: (object, now) => [object.metadata.name, countAt(object, "data") + countAt(object, "binaryData"), age(object, now)],
};

export const secretPrinter: Printer = {
  columns: [text("Name"), text("Type"), text("Data"), text("Age")],
  cells: (object, now) => [object.metadata.name, textAt(object, "type"), countAt(object, "data"), age(object, now)],
};

export const namespacePrinter: Printer = {
  columns: [text("Name"), text("Status"), text("Age")],
  cells: (object, now) => [object.metadata.name, textAt(object, "status", "phase"), age(object, now)],
};

export const serviceAccountPrinter: Printer = {
  columns: [text("Name"), text("Secrets"), text("Age")],
  cells: (object, now) => [object.metadata.name, listAt(object, "secrets").length, age(object, now)],
};

export const nodePrinter: Printer = {
  columns: [
    text("Name"),
    text("Status"),
    text("Roles"),
    text("Age"),
    text("Version"),
    wide(text("Internal-IP")),
    wide(text("External-IP")),
    wide(text("OS-Image")),
    wide(text("Kernel-Version")),
    wide(text("Container-Runtime")),
  ],
  cells: (node, now) => [
    node.metadata.name,
    nodeStatus(node),
    nodeRoles(node),
    age(node, now),
    textAt(node, "status", "nodeInfo", "kubeletVersion"),
    nodeAddress(node, "InternalIP"),
    nodeAddress(node, "ExternalIP"),
    textAt(node, "status", "nodeInfo", "osImage") || "<unknown>",
    textAt(node, "status", "nodeInfo", "kernelVersion") || "<unknown>",
    textAt(node, "status", "nodeInfo", "containerRuntimeVersion") || "<unknown>",
  ],
};

function nodeStatus(node: RecordedObject): string {
  const ready = listAt(node, "status", "conditions").find((condition) => textAt(condition, "type") === "Ready");
  const status = ready === undefined ? "Unknown" : textAt(ready, "status") === "True" ? "Ready" : "NotReady";
  return valueAt(node, "spec", "unschedulable") === true ? `${status},SchedulingDisabled` : status;
}

function nodeRoles(node: RecordedObject): string {
  const prefix = "node-role.kubernetes.io/";
  const roles = Object.entries(node.metadata.labels ?? {}).flatMap(([key, value]) =>
    key.startsWith(prefix) ? [key.slice(prefix.length)] : key === "kubernetes.io/role" ? [value] : [],
  );
  return [...new Set(roles.filter((role) => role !== ""))].sort().join(",") || "<none>";
}

function nodeAddress(node: RecordedObject, type: string): string {
  const found = listAt(node, "status", "addresses").find((address) => textAt(address, "type") === type);
  return textAt(found, "address") || "<none>";
}

export const resourceQuotaPrinter: Printer = {
  columns: [text("Name"), text("Request"), text("Limit"), text("Age")],
  cells(object, now) {
    const hard = Object.keys(membersAt(object, "status", "hard")).sort();
    const use = (name: string) => `${name}: ${textAt(object, "status", "used", name) || "0"}/${textAt(object, "status", "hard", name)}`;
    const limits = hard.filter((name) => name.startsWith("limits."));
    const requests = hard.filter((name) => !name.startsWith("limits."));
    return [object.metadata.name, requests.map(use).join(", "), limits.map(use).join(", "), age(object, now)];
  },
};

export const leasePrinter: Printer = {
  columns: [text("Name"), text("Holder"), text("Age")],
  cells: (object, now) => [object.metadata.name, textAt(object, "spec", "holderIdentity"), age(object, now)],
};

export const priorityClassPrinter: Printer = {
  columns: [text("Name"), integer("Value"), { ...text("Global-Default"), type: "boolean" }, text("Age"), text("PreemptionPolicy")],
  cells: (object, now) => [
    object.metadata.name,
    numberAt(object, "value"),
    valueAt(object, "globalDefault") === true,
    age(object, now),
    textAt(object, "preemptionPolicy"),
  ],
};
