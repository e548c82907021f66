import { humanDuration } from "../duration.ts";
import { formatLabels, formatSelector } from "../label-selector.ts";
import { parseInstant } from "../rebase.ts";
import { listAt, numberAt, textAt, valueAt, type RecordedObject } from "../recorded-object.ts";
import { age, containerCells, isBeingDeleted, isSet, isTrue, since } from "./cells.ts";
import { integer, text, wide, yesNo, type Printer } from "./printer.ts";

const containerColumns = [wide(text("Containers")), wide(text("Images"))];
const containersAndSelector = [...containerColumns, wide(text("Selector"))];

export const deploymentPrinter: Printer = {
  columns: [text("Name"), text("Ready"), text("Up-to-date"), text("Available"), text("Age"), ...containersAndSelector],
  cells: (object, now) => [
    object.metadata.name,
    `${numberAt(object, "status", "readyReplicas")}/${numberAt(object, "spec", "replicas")}`,
    numberAt(object, "status", "updatedReplicas"),
    numberAt(object, "status", "availableReplicas"),
    age(object, now),
    ...containerCells(valueAt(object, "spec", "template", "spec")),
    formatSelector(valueAt(object, "spec", "selector")),
  ],
};

export const replicaSetPrinter: Printer = {
  columns: [text("Name"), integer("Desired"), integer("Current"), integer("Ready"), text("Age"), ...containersAndSelector],
  cells: (object, now) => [
    ...replicaCells(object, now),
    ...containerCells(valueAt(object, "spec", "template", "spec")),
    formatSelector(valueAt(object, "spec", "selector")),
  ],
};

/** The selector of a replication controller is plain labels. */
export const replicationControllerPrinter: Printer = {
  columns: replicaSetPrinter.columns,
  cells: (object, now) => [
    ...replicaCells(object, now),
    ...containerCells(valueAt(object, "spec", "template", "spec")),
    formatLabels(object, "spec", "selector"),
  ],
};

function replicaCells(object: RecordedObject, now: number): (string | number)[] {
  return [
    object.metadata.name,
    numberAt(object, "spec", "replicas"),
    numberAt(object, "status", "replicas"),
    numberAt(object, "status", "readyReplicas"),
    age(object, now),
  ];
}

export const statefulSetPrinter: Printer = {
  columns: [text("Name"), text("Ready"), text("Age"), ...containerColumns],
  cells: (object, now) => [
    object.metadata.name,
    `${numberAt(object, "status", "readyReplicas")}/${numberAt(object, "spec", "replicas")}`,
    age(object, now),
    ...containerCells(valueAt(object, "spec", "template", "spec")),
  ],
};

export const daemonSetPrinter: Printer = {
  columns: [
    text("Name"),
    integer("Desired"),
    integer("Current"),
    integer("Ready"),
    integer("Up-to-date"),
    integer("Available"),
    text("Node Selector"),
    text("Age"),
    ...containersAndSelector,
  ],
  cells: (object, now) => [
    object.metadata.name,
    numberAt(object, "status", "desiredNumberScheduled"),
    numberAt(object, "status", "currentNumberScheduled"),
    numberAt(object, "status", "numberReady"),
    numberAt(object, "status", "updatedNumberScheduled"),
    numberAt(object, "status", "numberAvailable"),
    formatLabels(object, "spec", "template", "spec", "nodeSelector"),
    age(object, now),
    ...containerCells(valueAt(object, "spec", "template", "spec")),
    formatSelector(valueAt(object, "spec", "selector")),
  ],
};

export const jobPrinter: Printer = {
  columns: [text("Name"), text("Status"), text("Completions"), text("Duration"), text("Age"), ...containersAndSelector],
  cells: (object, now) => [
    object.metadata.name,
    jobStatus(object),
    jobCompletions(object),
    jobDuration(object, now),
    age(object, now),
    ...containerCells(valueAt(object, "spec", "template", "spec")),
    formatSelector(valueAt(object, "spec", "selector")),
  ],
};

function jobStatus(job: RecordedObject): string {
  const conditions = listAt(job, "status", "conditions");
  if (isTrue(conditions, "Complete")) return "Complete";
  if (isTrue(conditions, "Failed")) return "Failed";
  if (isBeingDeleted(job)) return "Terminating";
  return ["Suspended", "FailureTarget", "SuccessCriteriaMet"].find((type) => isTrue(conditions, type)) ?? "Running";
}

function jobCompletions(job: RecordedObject): string {
  const succeeded = numberAt(job, "status", "succeeded");
  if (isSet(job, "spec", "completions")) return `${succeeded}/${numberAt(job, "spec", "completions")}`;
  const parallelism = numberAt(job, "spec", "parallelism");
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration(job: RecordedObject, now: number): string {
  const started = parseInstant(textAt(job, "status", "startTime"));
  if (started === undefined) return "";
  return humanDuration((parseInstant(textAt(job, "status", "completionTime")) ?? now) - started);
}

export const cronJobPrinter: Printer = {
  columns: [
    text("Name"),
    text("Schedule"),
    text("Timezone"),
    yesNo("Suspend"),
    integer("Active"),
    text("Last Schedule"),
    text("Age"),
    ...containersAndSelector,
  ],
  cells(object, now) {
    const suspend = valueAt(object, "spec", "suspend");
    const last = textAt(object, "status", "lastScheduleTime");
    return [
      object.metadata.name,
      textAt(object, "spec", "schedule"),
      textAt(object, "spec", "timeZone") || "<none>",
      typeof suspend === "boolean" ? (suspend ? "True" : "False") : "<unset>",
      listAt(object, "status", "active").length,
      last === "" ? "<none>" : since(last, now),
      age(object, now),
      ...containerCells(valueAt(object, "spec", "jobTemplate", "spec", "template", "spec")),
      formatSelector(valueAt(object, "spec", "jobTemplate", "spec", "selector")),
    ];
  },
};

export const controllerRevisionPrinter: Printer = {
  columns: [text("Name"), text("Controller"), text("Revision"), text("Age")],
  cells(object, now) {
    const owner = listAt(object, "metadata", "ownerReferences").find((it) => valueAt(it, "controller") === true);
    const group = textAt(owner, "apiVersion").split("/").slice(0, -1).join("");
    const kind = textAt(owner, "kind").toLowerCase();
    const controller = owner === undefined ? "<none>" : `${group === "" ? kind : `${kind}.${group}`}/${textAt(owner, "name")}`;
    return [object.metadata.name, controller, numberAt(object, "revision"), age(object, now)];
  },
};

export const podDisruptionBudgetPrinter: Printer = {
  columns: [text("Name"), text("Min Available"), text("Max Unavailable"), integer("Allowed Disruptions"), text("Age")],
  cells: (object, now) => [
    object.metadata.name,
    textAt(object, "spec", "minAvailable") || "N/A",
    textAt(object, "spec", "maxUnavailable") || "N/A",
    numberAt(object, "status", "disruptionsAllowed"),
    age(object, now),
  ],
};
