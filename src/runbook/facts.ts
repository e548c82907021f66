/** What a session knows before its first turn. */
export interface GuideFacts {
  readonly namespace: string;
  /** Absolute path of the repository's checkout, as the client sees it. */
  readonly workdir: string;
  /** The repository's manifests, from its top; absent where nobody looked. */
  readonly manifests?: readonly string[] | undefined;
  /** What was found wrong before the model was asked; absent where nobody looked. */
  readonly triage?: TriageFacts | undefined;
}

/** Findings, as far as a guide needs them; made where the cluster and the files are read. */
export interface TriageFacts {
  /** For the model: short, the likeliest cause first. */
  readonly text: string;
  /** One line each, the likeliest first; empty where nothing is wrong. */
  readonly findings: readonly string[];
  /** What shows each of them and what would fit there, a few lines each, in their order; empty where nothing is wrong. */
  readonly evidence: readonly (readonly string[])[];
  /** Those of them that do not follow from something else. */
  readonly causes: readonly string[];
  /** Objects as kubectl names them, `deployment/web -n shop`, in the order of the findings. */
  readonly objects: readonly string[];
  /** Pods that ended badly, `web-1 -n shop`. */
  readonly pods: readonly string[];
  /** Lines that have to be changed. */
  readonly places: readonly Place[];
  /** What `fix N` would change; empty where there is none, or none is to be offered. */
  readonly fixes: readonly OfferedFix[];
  /** The name of an object that somebody may have meant by one that does not exist. */
  readonly nearest: (name: string) => string | undefined;
}

/** A change that has passed the check. */
export interface OfferedFix {
  /** `fix N` makes it. */
  readonly number: number;
  /** The object, the field, what stands there and what would. */
  readonly says: string;
  /** Why this value. */
  readonly why: string;
  /** The finding that it mends, as `TriageFacts.findings` has it. */
  readonly cause: string;
}

/** A line of a file that a finding points at. */
export interface Place {
  /** From the top of the repository. */
  readonly path: string;
  /** From 0. */
  readonly line: number;
  /** So many lines, where the finding points at a block and not at a value; one where it is absent. */
  readonly lines?: number | undefined;
  /** The line as it stands. */
  readonly text: string;
  /** The line with another value, or another key, that would fit, or with lines behind it that are missing; the likeliest first. */
  readonly candidates: readonly string[];
  /** The finding, as `TriageFacts.findings` has it. */
  readonly cause: string;
}

/** The facts without what belongs to faults that are mended by now. */
export function openFacts(facts: GuideFacts, mended: readonly string[]): GuideFacts {
  const { triage } = facts;
  if (triage === undefined || mended.length === 0) return facts;
  const isOpen = ({ cause }: { readonly cause: string }): boolean => !mended.includes(cause);
  return { ...facts, triage: { ...triage, places: triage.places.filter(isOpen), fixes: triage.fixes.filter(isOpen) } };
}
