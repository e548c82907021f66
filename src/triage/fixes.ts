import { type CheckResult, checkChange } from "./check.ts";
import type { Candidate, Finding } from "./finding.ts";
import { fixCandidates } from "./fix-candidates.ts";
import { appendMember, insertField, type Writing } from "./fix-places.ts";
import { fieldText, type FieldStep, type KubeObject } from "./kube-object.ts";
import { locateField, readManifests, writeValue } from "./manifests.ts";
import type { Snapshot } from "./snapshot.ts";

/** A change that would mend something, and has passed the check. */
export interface Fix {
  readonly finding: Finding;
  readonly candidate: Candidate;
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
 * among them. The likeliest of every finding comes before the second of any: where two faults have to be mended at once, `open` findings of other objects are
 * left to the next fix.
 */
export function proposeFixes(
  snapshot: Snapshot,
  namespaces: readonly string[],
  findings: readonly Finding[],
  tree: WorkingTree,
): readonly Fix[] {
  const before = readManifests(tree.files, tree.namespace).objects;
  const passed: Fix[][] = [];
  let tried = 0;
  for (const finding of findings) {
    const fixes: Fix[] = [];
    for (const candidate of fixCandidates(finding, tree.repositoryText ?? "")) {
      if (fixes.length >= most || tried >= mostTried) break;
      const written = writeCandidate(finding, candidate, tree);
      if (written === undefined) continue;
      tried++;
      const after = readManifests(new Map(tree.files).set(written.path, written.text), tree.namespace);
      const check =
        after.problems.length > 0
          ? undefined
          : checkFix(snapshot, namespaces, { before, after: after.objects, repositoryText: tree.repositoryText }, finding);
      if (check !== undefined)
        fixes.push({ finding, candidate, ...written, says: saysOf(finding, candidate), why: candidate.why, after: written.text, check });
    }
    passed.push(fixes);
  }
  return Array.from({ length: most }, (_, rank) => passed.flatMap((fixes) => fixes[rank] ?? []))
    .flat()
    .slice(0, most);
}

/** A fix by its number, which stays the same when another one was made; `now` is its file as the tree would have it. */
export interface NumberedFix extends Fix {
  readonly number: number;
  readonly now: { readonly path: string; readonly text: string };
}

/** The fixes of the `base` files that the tree, as it stands `now`, does not have yet. */
export function openFixes(
  snapshot: Snapshot,
  namespaces: readonly string[],
  findings: readonly Finding[],
  base: WorkingTree,
  now: ReadonlyMap<string, string>,
): readonly NumberedFix[] {
  return proposeFixes(snapshot, namespaces, findings, base).flatMap((fix, index) => {
    const written = writeCandidate(fix.finding, fix.candidate, { files: now, namespace: base.namespace });
    return written === undefined || written.text === now.get(written.path) ? [] : [{ ...fix, number: index + 1, now: written }];
  });
}

/** The file with a candidate written where its finding points; `undefined` where the files do not have the place. */
export function writeCandidate(
  finding: Pick<Finding, "fault" | "object" | "field">,
  { value, yaml }: Pick<Candidate, "value" | "yaml">,
  tree: Pick<WorkingTree, "files" | "namespace">,
): { readonly path: string; readonly text: string } | undefined {
  const { files, namespace } = tree;
  const { object } = finding;
  const field = wordOf(finding);
  const place = locateField(files, object, namespace, field);
  // A setting under a wrong name: the name is what is written anew.
  const span = ["setting-missing", "key-renamed"].includes(finding.fault) ? place?.key : place?.value;
  const text = span === undefined ? undefined : files.get(span.path);
  if (span !== undefined && text !== undefined && yaml !== true) return { path: span.path, text: writeValue(text, span, value) };
  return applied(
    files,
    appendMember(files, object, namespace, field, value, yaml) ?? insertField(files, object, namespace, field, value, yaml),
  );
}

/** Of a command line that cannot be started the first word is what is written anew. */
function wordOf({ fault, field }: Pick<Finding, "fault" | "field">): readonly FieldStep[] {
  return fault === "command-not-found" ? [...field, 0] : field;
}

function applied(
  files: ReadonlyMap<string, string>,
  writing: Writing | undefined,
): { readonly path: string; readonly text: string } | undefined {
  const text = writing === undefined ? undefined : files.get(writing.path);
  if (writing === undefined || text === undefined) return undefined;
  return { path: writing.path, text: text.slice(0, writing.start) + writing.text + text.slice(writing.end) };
}

function saysOf(finding: Finding, candidate: Candidate): string {
  const { object, field, value, fault } = finding;
  const now = fault === "command-not-found" ? (value ?? "").split(" ")[0] : value;
  const more = fault === "role-verb" || fault === "role-group";
  if (fault === "policy-shuts-out-names") return `${object.kind} ${object.name}, ${fieldText(field)}: one more, ${candidate.value}`;
  return `${object.kind} ${object.name}, ${fieldText(field)}: ${now ?? "(nothing)"} → ${more ? `${now ?? ""}, ` : ""}${candidate.value}`;
}

/** The check's result where the fix mends its own finding and does no harm. */
function checkFix(
  snapshot: Snapshot,
  namespaces: readonly string[],
  change: { readonly before: readonly KubeObject[]; readonly after: readonly KubeObject[]; readonly repositoryText?: string | undefined },
  finding: Finding,
): CheckResult | undefined {
  const check = checkChange(snapshot, namespaces, change);
  const mended = check.gone.some((one) => one.fault === finding.fault && fieldText(one.field) === fieldText(finding.field));
  return mended && check.appears.length === 0 && check.refused.length === 0 ? check : undefined;
}
