import type { FieldStep, ObjectRef } from "./kube-object.ts";
import type { Snapshot } from "./snapshot.ts";

/** Something that is wrong, said of the object that would have to change. */
export interface Finding {
  /** Which kind of fault, `image-pull`, `selector-matches-nothing`: the analyzer's own closed list. With `object` and `field` it is the same finding, before a change and after it. */
  readonly fault: string;
  readonly severity: Severity;
  /** The object to change: the workload and not its pod. */
  readonly object: ObjectRef;
  /** The field to change; empty where the object as a whole is meant (it is missing). */
  readonly field: readonly FieldStep[];
  /** What stands there, as text; absent where nothing does. */
  readonly value?: string | undefined;
  /** One line: what is wrong. Texts from the cluster are in it only quoted (`quote.ts`). */
  readonly says: string;
  /** What shows it, most telling first. */
  readonly evidence: readonly Evidence[];
  /** Values that would fit in the field's place, nearest first: seen in the cluster, never made up. */
  readonly candidates: readonly Candidate[];
}

/** `cause`: explains what others only show. `fault`: wrong by itself. `symptom`: follows from something else, as a service without endpoints from its pods. */
export type Severity = "cause" | "fault" | "symptom";

export interface Evidence {
  readonly object: ObjectRef;
  /** Where in the object, or `log`, `event`. */
  readonly from: string;
  /** Quoted and bounded. */
  readonly text: string;
}

export interface Candidate {
  readonly value: string;
  /** Why it is one: "revision 7 ran with it", "a port that the container opens". */
  readonly why: string;
  /** The value is YAML of one line, a list or a mapping, and not a text. */
  readonly yaml?: boolean | undefined;
}

/** Looks at a cluster and says what is wrong in one namespace. Pure; never throws for what an object holds. */
export type Analyzer = (snapshot: Snapshot, namespace: string) => readonly Finding[];
