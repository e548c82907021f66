import { type CheckResult, checkChange } from "./check.ts";
import type { Finding } from "./finding.ts";
import { fieldText, type KubeObject } from "./kube-object.ts";
import { locateField, readManifests, type Span, writeValue } from "./manifests.ts";
import type { Snapshot } from "./snapshot.ts";

/** A change that would mend something, and has passed the check. */
export interface Fix {
  readonly finding: Finding;
  /** `image: registry.internal/acme/web:1.2 → registry.internal/acme/web:1.3`; with the place. */
  readonly says: string;
  /** Why this value. */
  readonly why: string;
  readonly path: string;
  /** The whole file, with the one value changed. */
  readonly after: string;
  readonly check: CheckResult;
}

/** A repository's manifests: YAML files by path, and the namespace of what names none. */
export interface WorkingTree {
  readonly files: ReadonlyMap<string, string>;
  readonly namespace: string;
  /** What the repository says beside its manifests: a program's own words for its options. */
  readonly repositoryText?: string | undefined;
}

/** So many are shown: a model chooses well among few. */
const most = 3;
/** So many are tried, each with a check of its own. */
const mostTried = 24;

/**
 * Changes of one value that analyzers know of, written into the tree's own files with comments and layout kept, and checked: what does not pass is not
 * among them. Where two faults have to be mended at once, `open` findings of other objects are left to the next fix.
 */
export function proposeFixes(
  snapshot: Snapshot,
  namespaces: readonly string[],
  findings: readonly Finding[],
  tree: WorkingTree,
): readonly Fix[] {
  const before = readManifests(tree.files, tree.namespace).objects;
  const fixes: Fix[] = [];
  let tried = 0;
  for (const finding of findings)
    for (const candidate of finding.candidates) {
      if (fixes.length >= most || tried >= mostTried) return fixes;
      const written = write(finding, candidate.value, tree);
      if (written === undefined) continue;
      tried++;
      const after = readManifests(new Map(tree.files).set(written.path, written.text), tree.namespace);
      const check = after.problems.length > 0 ? undefined : checkFix(snapshot, namespaces, before, after.objects, finding);
      if (check === undefined) continue;
      fixes.push({
        finding,
        says: `${finding.object.kind} ${finding.object.name}, ${fieldText(finding.field)}: ${finding.value ?? "(nothing)"} → ${candidate.value}`,
        why: candidate.why,
        path: written.path,
        after: written.text,
        check,
      });
    }
  return fixes;
}

/** The check's result where the fix mends its own finding and does no harm. */
function checkFix(
  snapshot: Snapshot,
  namespaces: readonly string[],
  before: readonly KubeObject[],
  after: readonly KubeObject[],
  finding: Finding,
): CheckResult | undefined {
  const check = checkChange(snapshot, namespaces, { before, after });
  const mended = check.gone.some((one) => one.fault === finding.fault && fieldText(one.field) === fieldText(finding.field));
  return mended && check.appears.length === 0 && check.refused.length === 0 ? check : undefined;
}

function write(finding: Finding, value: string, tree: WorkingTree): { readonly path: string; readonly text: string } | undefined {
  const place = locateField(tree.files, finding.object, tree.namespace, finding.field);
  // A setting under a wrong name: the name is what is written anew.
  const span: Span | undefined = finding.fault === "setting-missing" ? place?.key : place?.value;
  const text = span === undefined ? undefined : tree.files.get(span.path);
  return span === undefined || text === undefined ? undefined : { path: span.path, text: writeValue(text, span, value) };
}
