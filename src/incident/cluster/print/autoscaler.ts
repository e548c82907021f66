import { listAt, membersAt, numberAt, textAt, valueAt } from "../recorded-object.ts";
import { age, isSet } from "./cells.ts";
import { text, type Printer } from "./printer.ts";

export const autoscalerPrinter: Printer = {
  columns: [text("Name"), text("Reference"), text("Targets"), text("MinPods"), text("MaxPods"), text("Replicas"), text("Age")],
  cells: (object, now) => [
    object.metadata.name,
    `${textAt(object, "spec", "scaleTargetRef", "kind")}/${textAt(object, "spec", "scaleTargetRef", "name")}`,
    metricsCell(listAt(object, "spec", "metrics"), listAt(object, "status", "currentMetrics")),
    isSet(object, "spec", "minReplicas") ? String(numberAt(object, "spec", "minReplicas")) : "<unset>",
    numberAt(object, "spec", "maxReplicas"),
    numberAt(object, "status", "currentReplicas"),
    age(object, now),
  ],
};

const shown = 2;

/** Current against wanted value of each metric: `cpu: 83%/60%`. */
function metricsCell(specs: readonly unknown[], statuses: readonly unknown[]): string {
  if (specs.length === 0) return "<none>";
  const list = specs.map((spec, index) => metric(spec, statuses[index]));
  const text = list.slice(0, shown).join(", ");
  return list.length > shown ? `${text} + ${list.length - shown} more...` : text;
}

function metric(spec: unknown, status: unknown): string {
  const type = textAt(spec, "type");
  const source = type.charAt(0).toLowerCase() + type.slice(1);
  const target = membersAt(spec, source, "target");
  const current = membersAt(status, source, "current");
  switch (type) {
    case "External":
    case "Object":
      if (isSet(target, "averageValue")) return `${known(current, "averageValue")}/${textAt(target, "averageValue")} (avg)`;
      return `${known(current, "value")}/${textAt(target, "value")}`;
    case "Pods":
      return `${known(current, "averageValue")}/${textAt(target, "averageValue")}`;
    case "Resource":
    case "ContainerResource": {
      const name = textAt(spec, source, "name");
      if (isSet(target, "averageValue")) return `${name}: ${known(current, "averageValue")}/${textAt(target, "averageValue")}`;
      const wanted = isSet(target, "averageUtilization") ? `${numberAt(target, "averageUtilization")}%` : "<auto>";
      const used = isSet(current, "averageUtilization") ? `${numberAt(current, "averageUtilization")}%` : "<unknown>";
      return `${name}: ${used}/${wanted}`;
    }
    default:
      return "<unknown type>";
  }
}

function known(current: unknown, member: string): string {
  return valueAt(current, member) === undefined ? "<unknown>" : textAt(current, member);
}
