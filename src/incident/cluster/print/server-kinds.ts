import { listAt, membersAt, numberAt, textAt, valueAt } from "../recorded-object.ts";
import { humanDuration } from "../duration.ts";
import { formatLabels } from "../label-selector.ts";
import { age, containerCells, isSet } from "./cells.ts";
import { integer, text, yesNo, type Printer } from "./printer.ts";

export const componentStatusPrinter: Printer = {
  columns: [text("Name"), text("Status"), text("Message"), text("Error")],
  cells(object) {
    const healthy = listAt(object, "conditions").find((condition) => textAt(condition, "type") === "Healthy");
    const status = healthy === undefined ? "Unknown" : textAt(healthy, "status") === "True" ? "Healthy" : "Unhealthy";
    return [object.metadata.name, status, textAt(healthy, "message"), textAt(healthy, "error")];
  },
};

export const apiServicePrinter: Printer = {
  columns: [text("Name"), text("Service"), text("Available"), text("Age")],
  cells(object, now) {
    const available = listAt(object, "status", "conditions").find((condition) => textAt(condition, "type") === "Available");
    const status = available === undefined ? "Unknown" : textAt(available, "status");
    const reason = status === "True" || available === undefined ? "" : ` (${textAt(available, "reason")})`;
    const service = isSet(object, "spec", "service")
      ? `${textAt(object, "spec", "service", "namespace")}/${textAt(object, "spec", "service", "name")}`
      : "Local";
    return [object.metadata.name, service, `${status}${reason}`, age(object, now)];
  },
};

export const podTemplatePrinter: Printer = {
  columns: [text("Name"), text("Containers"), text("Images"), text("Pod Labels")],
  cells: (object) => [
    object.metadata.name,
    ...containerCells(valueAt(object, "template", "spec")),
    formatLabels(object, "template", "metadata", "labels"),
  ],
};

export const runtimeClassPrinter: Printer = {
  columns: [text("Name"), text("Handler"), text("Age")],
  cells: (object, now) => [object.metadata.name, textAt(object, "handler"), age(object, now)],
};

export const csiDriverPrinter: Printer = {
  columns: [
    text("Name"),
    yesNo("AttachRequired"),
    yesNo("PodInfoOnMount"),
    yesNo("StorageCapacity"),
    text("TokenRequests"),
    yesNo("RequiresRepublish"),
    text("Modes"),
    text("Age"),
  ],
  cells: (object, now) => [
    object.metadata.name,
    valueAt(object, "spec", "attachRequired") !== false,
    valueAt(object, "spec", "podInfoOnMount") === true,
    valueAt(object, "spec", "storageCapacity") === true,
    listAt(object, "spec", "tokenRequests")
      .map((request) => textAt(request, "audience"))
      .join(",") || "<unset>",
    valueAt(object, "spec", "requiresRepublish") === true,
    listAt(object, "spec", "volumeLifecycleModes").join(",") || "<none>",
    age(object, now),
  ],
};

export const csiNodePrinter: Printer = {
  columns: [text("Name"), integer("Drivers"), text("Age")],
  cells: (object, now) => [object.metadata.name, listAt(object, "spec", "drivers").length, age(object, now)],
};

export const volumeAttachmentPrinter: Printer = {
  columns: [text("Name"), text("Attacher"), text("PV"), text("Node"), yesNo("Attached"), text("Age")],
  cells: (object, now) => [
    object.metadata.name,
    textAt(object, "spec", "attacher"),
    textAt(object, "spec", "source", "persistentVolumeName"),
    textAt(object, "spec", "nodeName"),
    valueAt(object, "status", "attached") === true,
    age(object, now),
  ],
};

export const signingRequestPrinter: Printer = {
  columns: [text("Name"), text("Age"), text("SignerName"), text("Requestor"), text("RequestedDuration"), text("Condition")],
  cells(object, now) {
    const has = (type: string) => listAt(object, "status", "conditions").some((condition) => textAt(condition, "type") === type);
    const seconds = numberAt(object, "spec", "expirationSeconds");
    const condition = [
      has("Denied") ? "Denied" : has("Approved") ? "Approved" : "Pending",
      ...(has("Failed") ? ["Failed"] : []),
      ...(textAt(object, "status", "certificate") === "" ? [] : ["Issued"]),
    ];
    return [
      object.metadata.name,
      age(object, now),
      textAt(object, "spec", "signerName") || "<none>",
      textAt(object, "spec", "username"),
      seconds === 0 ? "<none>" : humanDuration(seconds * 1000),
      condition.join(","),
    ];
  },
};

export const flowSchemaPrinter: Printer = {
  columns: [
    text("Name"),
    text("PriorityLevel"),
    integer("MatchingPrecedence"),
    text("DistinguisherMethod"),
    text("Age"),
    text("MissingPL"),
  ],
  cells(object, now) {
    const dangling = listAt(object, "status", "conditions").find((condition) => textAt(condition, "type") === "Dangling");
    return [
      object.metadata.name,
      textAt(object, "spec", "priorityLevelConfiguration", "name") || "<none>",
      numberAt(object, "spec", "matchingPrecedence"),
      textAt(object, "spec", "distinguisherMethod", "type") || "<none>",
      age(object, now),
      textAt(dangling, "status") || "?",
    ];
  },
};

export const priorityLevelPrinter: Printer = {
  columns: [
    text("Name"),
    text("Type"),
    text("NominalConcurrencyShares"),
    text("Queues"),
    text("HandSize"),
    text("QueueLengthLimit"),
    text("Age"),
  ],
  cells(object, now) {
    const type = textAt(object, "spec", "type");
    const limited = membersAt(object, "spec", "limited");
    const queuing = (member: string) => textAt(limited, "limitResponse", "queuing", member) || "<none>";
    const shares = textAt(limited, "nominalConcurrencyShares") || "<none>";
    return [object.metadata.name, type, shares, queuing("queues"), queuing("handSize"), queuing("queueLengthLimit"), age(object, now)];
  },
};

export const admissionPolicyPrinter: Printer = {
  columns: [text("Name"), integer("Validations"), text("ParamKind"), text("Age")],
  cells(object, now) {
    const param = isSet(object, "spec", "paramKind")
      ? `${textAt(object, "spec", "paramKind", "apiVersion")}/${textAt(object, "spec", "paramKind", "kind")}`
      : "<unset>";
    return [object.metadata.name, listAt(object, "spec", "validations").length, param, age(object, now)];
  },
};

export const admissionBindingPrinter: Printer = {
  columns: [text("Name"), text("PolicyName"), text("ParamRef"), text("Age")],
  cells(object, now) {
    const { namespace, name } = {
      namespace: textAt(object, "spec", "paramRef", "namespace"),
      name: textAt(object, "spec", "paramRef", "name"),
    };
    const param = !isSet(object, "spec", "paramRef") ? "<unset>" : `${namespace === "" ? "*" : namespace}/${name === "" ? "" : name}`;
    return [object.metadata.name, textAt(object, "spec", "policyName"), param, age(object, now)];
  },
};

export const ipAddressPrinter: Printer = {
  columns: [text("Name"), text("ParentRef")],
  cells(object) {
    const part = (member: string) => textAt(object, "spec", "parentRef", member);
    const place = [part("group"), part("resource"), part("namespace"), part("name")];
    return [object.metadata.name, place.filter((step) => step !== "").join("/")];
  },
};

export const serviceCidrPrinter: Printer = {
  columns: [text("Name"), text("CIDRs"), text("Age")],
  cells: (object, now) => [object.metadata.name, listAt(object, "spec", "cidrs").join(","), age(object, now)],
};

/** A class of volumes that can be changed while they are used. */
export const volumeAttributesPrinter: Printer = {
  columns: [text("Name"), text("DriverName"), text("Age")],
  cells: (object, now) => [object.metadata.name, textAt(object, "driverName"), age(object, now)],
};
