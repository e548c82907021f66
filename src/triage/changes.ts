import type { JsonValue } from "../messages/conversation.ts";
import { instant } from "./container-state.ts";
import { type FieldStep, isObject, type KubeObject, objectAt, textAt } from "./kube-object.ts";
import type { Snapshot } from "./snapshot.ts";
import { revisionsOf, withoutTemplateHash } from "./workloads.ts";

/** One place in which two pod templates differ. */
export interface Change {
  /** From the pod template: `spec.containers[web].image`. */
  readonly field: readonly FieldStep[];
  readonly before: JsonValue | undefined;
  readonly after: JsonValue | undefined;
}

export interface Rollout {
  /** Milliseconds since the epoch at which the newest revision began. */
  readonly at: number | undefined;
  readonly revision: { readonly before: string; readonly after: string };
  readonly changes: readonly Change[];
}

/** What the newest revision of a deployment changed in its template, and when; `undefined` where there is no revision before. */
export function lastRollout(snapshot: Snapshot, deployment: KubeObject): Rollout | undefined {
  const [newest, before] = revisionsOf(snapshot, deployment);
  if (newest === undefined || before === undefined) return undefined;
  const number = (set: KubeObject): string => textAt(set.json, "metadata", "annotations", "deployment.kubernetes.io/revision") ?? "";
  return {
    at: instant(textAt(newest.json, "metadata", "creationTimestamp")),
    revision: { before: number(before), after: number(newest) },
    changes: differences(withoutHash(before), withoutHash(newest)),
  };
}

function withoutHash(set: KubeObject): JsonValue {
  const template = objectAt(set.json, "spec", "template");
  const metadata = objectAt(template, "metadata");
  return { ...template, metadata: { ...metadata, labels: withoutTemplateHash(objectAt(metadata, "labels")) } };
}

/** Every leaf in which two values differ; members of lists are known by their names where each has one of its own. */
export function differences(before: JsonValue | undefined, after: JsonValue | undefined, at: readonly FieldStep[] = []): readonly Change[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const [left, right] = [membersOf(before), membersOf(after)];
  if (left === undefined || right === undefined) return [{ field: at, before, after }];
  const steps = new Map([...left, ...right].map(([key, { step }]) => [key, step]));
  return [...steps].flatMap(([key, step]) => differences(left.get(key)?.value, right.get(key)?.value, [...at, step]));
}

type Members = ReadonlyMap<string, { readonly step: FieldStep; readonly value: JsonValue }>;

/** What is below an object or a list, by keys that do not depend on the order of members that have names; `undefined` for a plain value. */
export function membersOf(value: JsonValue | undefined): Members | undefined {
  if (isObject(value)) return new Map(Object.entries(value).map(([key, one]) => [key, { step: key, value: one }]));
  if (!Array.isArray(value)) return undefined;
  const list = value as readonly JsonValue[];
  const names = list.map((one) => textAt(one, "name"));
  const named = names.every((name) => name !== undefined) && new Set(names).size === names.length;
  return new Map(
    list.map((one, index) => [
      named ? `[${names[index] ?? ""}]` : `[${index}]`,
      { step: named ? { name: names[index] ?? "" } : index, value: one },
    ]),
  );
}
