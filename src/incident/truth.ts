import { z } from "zod";
import { innerPath } from "./inner-path.ts";

const entity = {
  kind: z.string().min(1).max(100),
  namespace: z.string().min(1).max(63).optional(),
  name: z.string().min(1).max(253),
};

const pattern = z.string().transform((text, context) => {
  try {
    return new RegExp(text);
  } catch {
    context.addIssue({ code: "custom", message: `expected a regular expression, and ${text} is none` });
    return z.NEVER;
  }
});

/** A step into an object: a key, the list's member of that name, or its index where members have no names. */
const fieldStep = z.union([z.string().min(1), z.strictObject({ name: z.string().min(1) }), z.int().min(0)]);

/** Words of which any one, beside the entity's name in one paragraph, names the field in prose. Case does not matter. */
const terms = z.array(z.string().min(3)).min(1);

const objectCause = z.strictObject({
  ...entity,
  /** The manifest of the repository that holds it. */
  file: innerPath,
  field: z.array(fieldStep).min(1),
  /** What stands there; absent where something is missing. */
  now: z.string().optional(),
  /** What a right value is; `verify/` holds a fix to it. `judged` says in words what only its script can tell. */
  accept: z.union([
    z.strictObject({ memory: z.strictObject({ min: z.string(), max: z.string() }) }),
    z.strictObject({ oneOf: z.array(z.string()).min(1) }),
    z.strictObject({ judged: z.string().min(1) }),
  ]),
  terms,
});

/** A fault in the service's own source: `name` is the function's, as a report would call it. */
const codeCause = z.strictObject({ code: innerPath, name: z.string().min(1).max(253), terms });

const causeSchema = z.union([objectCause, codeCause]);

/** What is wrong and what counts as evidence: for the score alone, never shown to a session. */
export const truthSchema = z.strictObject({
  /** `none` in a control, `unknown` in a capture of which nobody has written yet what was wrong. */
  fault: z.string().min(1).max(100),
  story: z.string().min(1),
  /** Empty in a control, where nothing is wrong and no pull request is right, and where the fault is unknown. */
  causes: z.array(causeSchema),
  distractors: z.array(z.strictObject({ ...entity, note: z.string() })),
  milestones: z
    .array(
      z.strictObject({
        id: z.string().min(1),
        note: z.string(),
        /** Matched against the cluster's request log; `path` includes the query. */
        any: z.array(z.strictObject({ method: z.string(), path: pattern })).min(1),
      }),
    )
    .min(1),
});

export type Truth = Readonly<z.infer<typeof truthSchema>>;
export type Cause = Truth["causes"][number];
export type ObjectCause = z.infer<typeof objectCause>;
export type Milestone = Truth["milestones"][number];
export type FieldStep = z.infer<typeof fieldStep>;

/** Has nobody written yet what was wrong? Then a run shows what it did, and is not judged. */
export function isUnknown({ fault, causes }: Pick<Truth, "fault" | "causes">): boolean {
  return fault === "unknown" && causes.length === 0;
}

/** The file of the repository that a right fix of the cause changes. */
export function fileOf(cause: Cause): string {
  return "code" in cause ? cause.code : cause.file;
}
