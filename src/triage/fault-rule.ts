import type { Finding } from "./finding.ts";
import { type FieldStep, type ObjectRef, valueAt } from "./kube-object.ts";
import type { JsonValue } from "../messages/conversation.ts";
import type { Place } from "./predict.ts";
import type { Snapshot } from "./snapshot.ts";

/** What a change would do to a finding that only a running program can show. */
export interface Proposal {
  readonly finding: Finding;
  /** Where it was observed, before the change and after it. */
  readonly was: Place;
  readonly now: Place;
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly repositoryText: string;
}

/** A kind of fault: where of its own object it may be mended, and what a change there has to bring. */
export interface FaultRule {
  readonly places: (finding: Finding) => readonly (readonly FieldStep[])[];
  /** Where another object may be changed to mend it; absent where none may. */
  readonly elsewhere?: (finding: Finding, object: ObjectRef) => readonly (readonly FieldStep[])[];
  /** Why the fault stays; `undefined` where it goes. */
  readonly stays: (proposal: Proposal) => string | undefined;
}

/** What stands at the finding's own field after a change. */
export function standsNow({ finding: { object, field }, after }: Proposal): JsonValue | undefined {
  return valueAt(after.find(object.kind, object.namespace, object.name)?.json, ...field);
}

/** The way from an object to the pod's spec that a field lies in, `spec` included; empty where it lies in none. */
export function specOf(field: readonly FieldStep[]): readonly FieldStep[] {
  const at = field.findIndex((step) => step === "containers" || step === "initContainers" || step === "volumes");
  return field.slice(0, Math.max(at, 0));
}

/** The way from an object to the container that a field lies in; empty where it lies in none. */
export function containerOf(field: readonly FieldStep[]): readonly FieldStep[] {
  const at = field.findIndex((step) => step === "containers" || step === "initContainers");
  return at < 0 ? [] : field.slice(0, at + 2);
}

/** How a member of a list is named in a field: by its name where each member has one of its own, else by its place. */
export function stepTo(list: readonly JsonValue[], index: number): FieldStep {
  const names = list.map((one) => valueAt(one, "name"));
  const name = names[index];
  return typeof name === "string" && names.every((one) => typeof one === "string") && new Set(names).size === names.length
    ? { name }
    : index;
}
