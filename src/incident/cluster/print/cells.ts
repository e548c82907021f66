import { humanDuration } from "../duration.ts";
import { parseInstant } from "../rebase.ts";
import { isMembers, listAt, membersAt, textAt, valueAt, type RecordedObject } from "../recorded-object.ts";

/** How long ago an instant was; `<unknown>` where it is not set. */
export function since(instant: string, now: number): string {
  const at = parseInstant(instant);
  return at === undefined ? "<unknown>" : humanDuration(now - at);
}

export function age(object: RecordedObject, now: number): string {
  return since(object.metadata.creationTimestamp, now);
}

/** The names and the images of a pod template's containers, as wide tables show them. */
export function containerCells(podSpec: unknown): [names: string, images: string] {
  const containers = listAt(podSpec, "containers");
  return [containers.map((it) => textAt(it, "name")).join(","), containers.map((it) => textAt(it, "image")).join(",")];
}

/** At most `max` of a list, and how many there are beside. */
export function clipped(list: readonly string[], max: number, empty: string): string {
  if (list.length === 0) return empty;
  const shown = list.slice(0, max).join(",");
  return list.length > max ? `${shown} + ${list.length - max} more...` : shown;
}

/** Addresses that a load balancer was given, sorted, each once. */
export function loadBalancerCell(object: RecordedObject): string {
  const addresses = listAt(object, "status", "loadBalancer", "ingress").map((it) => textAt(it, "ip") || textAt(it, "hostname"));
  return [...new Set(addresses.filter((address) => address !== ""))].sort().join(",");
}

const accessModes: readonly (readonly [mode: string, short: string])[] = [
  ["ReadWriteOnce", "RWO"],
  ["ReadOnlyMany", "ROX"],
  ["ReadWriteMany", "RWX"],
  ["ReadWriteOncePod", "RWOP"],
];

export function accessModesCell(modes: readonly unknown[]): string {
  return accessModes.flatMap(([mode, short]) => (modes.includes(mode) ? [short] : [])).join(",");
}

/** How many members an object has under `path`. */
export function countAt(value: unknown, ...path: readonly string[]): number {
  return Object.keys(membersAt(value, ...path)).length;
}

export function isTrue(conditions: readonly unknown[], type: string): boolean {
  return conditions.some((condition) => textAt(condition, "type") === type && textAt(condition, "status") === "True");
}

export function isSet(value: unknown, ...path: readonly string[]): boolean {
  return valueAt(value, ...path) !== undefined && valueAt(value, ...path) !== null;
}

export function isBeingDeleted(object: RecordedObject): boolean {
  return isMembers(object.metadata) && isSet(object, "metadata", "deletionTimestamp");
}
