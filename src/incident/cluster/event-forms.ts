import type { RecordedObject } from "./recorded-object.ts";

/** Members that only have another name in `events.k8s.io/v1`, the core name first. */
const renamed: readonly (readonly [core: string, newer: string])[] = [
  ["involvedObject", "regarding"],
  ["message", "note"],
  ["reportingComponent", "reportingController"],
  ["source", "deprecatedSource"],
  ["firstTimestamp", "deprecatedFirstTimestamp"],
  ["lastTimestamp", "deprecatedLastTimestamp"],
  ["count", "deprecatedCount"],
];
const toNewer = new Map(renamed);
const toCore = new Map(renamed.map(([core, newer]) => [newer, core]));

/** A core event as `events.k8s.io/v1` shows it. */
export function asNewEvent(event: RecordedObject): RecordedObject {
  return { ...rename(event, toNewer), apiVersion: "events.k8s.io/v1" } as RecordedObject;
}

/** The reverse, for recordings made through the newer address. */
export function fromNewEvent(event: RecordedObject): RecordedObject {
  return { ...rename(event, toCore), apiVersion: "v1" } as RecordedObject;
}

function rename(event: RecordedObject, names: ReadonlyMap<string, string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(event).map(([key, value]) => [names.get(key) ?? key, value]));
}
