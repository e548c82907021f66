import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Place, TriageFacts } from "../runbook/facts.ts";
import type { Finding } from "../triage/finding.ts";
import { fixCandidates } from "../triage/fix-candidates.ts";
import { locateBlock } from "../triage/fix-places.ts";
import { type Fix, proposeFixes, writeCandidate, type WorkingTree } from "../triage/fixes.ts";
import type { ObjectRef } from "../triage/kube-object.ts";
import { manifestPaths } from "../triage/manifest-paths.ts";
import { locateField, readManifests, type Span } from "../triage/manifests.ts";
import { nearMisses } from "../triage/near.ts";
import { renderFindings } from "../triage/render.ts";
import type { Snapshot } from "../triage/snapshot.ts";
import { triage } from "../triage/triage.ts";
import { rolloutsOf } from "./commands/triage.ts";

export interface TriageFactsOptions {
  readonly snapshot: Snapshot;
  readonly namespace: string;
  /** The repository's plain manifests by path. */
  readonly files: ReadonlyMap<string, string>;
  /** What the repository says beside its manifests: a program's own words for its options. */
  readonly repositoryText?: string | undefined;
  /** False: the guide offers no quick fixes. */
  readonly quickFixes: boolean;
}

/** So many objects are offered to look at: a model chooses well among few. */
const mostObjects = 6;

/** What triage finds before a session begins: as the guide needs it, and the quick fixes that it names. */
export interface SessionTriage {
  readonly facts: TriageFacts;
  readonly fixes: readonly Fix[];
}

/** What triage finds before a session begins, as the guide needs it. Pure. */
export function triageFacts(options: TriageFactsOptions): TriageFacts {
  return triageSession(options).facts;
}

/** The same with the quick fixes themselves, for the program that makes them. Pure. */
export function triageSession({ snapshot, namespace, files, repositoryText, quickFixes }: TriageFactsOptions): SessionTriage {
  const named = readManifests(files, namespace).objects.flatMap((object) => object.namespace ?? []);
  const namespaces = [...new Set([namespace, ...named])];
  const findings = namespaces.flatMap((one) => triage(snapshot, one));
  const tree = { files, namespace, repositoryText };
  const places = findings.flatMap((finding) => placeOf(tree, finding) ?? []);
  const pods = findings.flatMap(({ evidence }) =>
    evidence.filter(({ object, from }) => object.kind === "Pod" && /last state|log/.test(from)),
  );
  const fixes = quickFixes ? proposeFixes(snapshot, namespaces, findings, tree) : [];
  const facts: TriageFacts = {
    text: renderFindings(findings, rolloutsOf(snapshot, namespace)),
    findings: findings.map(({ says }) => says),
    evidence: findings.map(({ evidence, candidates }) => [
      ...evidence.slice(0, 2).map(({ object, from, text }) => `shown by ${from} of ${object.kind} ${object.name}: ${text}`),
      ...candidates.slice(0, 3).map(({ value, why }) => `would fit: ${value} (${why})`),
    ]),
    causes: findings.filter(({ severity }) => severity !== "symptom").map(({ says }) => says),
    objects: [...new Set(objectsOf(snapshot, findings).map(kubectlName))].slice(0, mostObjects),
    pods: [...new Set(pods.map(({ object }) => `${object.name} -n ${object.namespace ?? namespace}`))].slice(0, 3),
    places,
    fixes: fixes.map(({ says, why, finding }, index) => ({ number: index + 1, says, why, cause: finding.says })),
    nearest: (name) =>
      nearMisses(
        name,
        snapshot.objects.filter((object) => object.namespace === namespace).map((object) => object.name),
        1,
      )[0],
  };
  return { facts, fixes };
}

/** Objects that findings name and that are there: what has to change first, then what shows it. */
function objectsOf(snapshot: Snapshot, findings: readonly Finding[]): readonly ObjectRef[] {
  const refs = [...findings.map(({ object }) => object), ...findings.flatMap(({ evidence }) => evidence.map(({ object }) => object))];
  return refs.filter((ref) => snapshot.find(ref.kind, ref.namespace, ref.name) !== undefined);
}

function kubectlName({ kind, namespace, name }: ObjectRef): string {
  return `${kind.toLowerCase()}/${name}${namespace === undefined ? "" : ` -n ${namespace}`}`;
}

/** The line that a finding points at, and what could stand in its place; `undefined` where the files do not have it. */
function placeOf(tree: WorkingTree, finding: Finding): Place | undefined {
  const { files, namespace } = tree;
  const located = locateField(files, finding.object, namespace, finding.field);
  // A setting under a wrong name: the name is what is written anew.
  const span = finding.fault === "setting-missing" ? located?.key : located?.value;
  const text = span === undefined ? undefined : files.get(span.path);
  const own = span === undefined || text === undefined ? undefined : lineAt(text, span);
  const written = fixCandidates(finding, tree.repositoryText ?? "").flatMap((candidate) => {
    const file = writeCandidate(finding, candidate, tree);
    const change = file === undefined ? undefined : changedLine(files.get(file.path) ?? "", file.text);
    return file === undefined || change === undefined ? [] : [{ path: file.path, ...change }];
  });
  const [first] = written;
  const line = own !== undefined && span !== undefined ? { path: span.path, ...own } : first;
  if (line === undefined) return blockOf(tree, finding);
  const candidates = written.filter((one) => one.path === line.path && one.line === line.line).map(({ after }) => after);
  return { path: line.path, line: line.line, text: line.text, candidates: [...new Set(candidates)], cause: finding.says };
}

/** The block that a finding points at, as far as the files have it. */
function blockOf({ files, namespace }: WorkingTree, finding: Finding): Place | undefined {
  const block = locateBlock(files, finding.object, namespace, finding.field);
  const text = block === undefined ? undefined : files.get(block.path);
  if (block === undefined || text === undefined) return undefined;
  const lines = text.split("\n");
  const [first, end] = [block.start, block.end].map((at) => text.slice(0, at).split("\n").length - 1) as [number, number];
  return { path: block.path, line: first, text: lines[first] ?? "", lines: Math.max(1, end - first), candidates: [], cause: finding.says };
}

/** The one line in which two texts differ, or the one behind which the second has more; `undefined` where there is more to it. */
function changedLine(before: string, after: string): { readonly line: number; readonly text: string; readonly after: string } | undefined {
  const [old, now] = [before.split("\n"), after.split("\n")];
  const more = now.length - old.length;
  if (more < 0) return undefined;
  const first = old.findIndex((line, at) => line !== now[at]);
  const line = more === 0 ? first : (first < 0 ? old.length : first) - 1;
  const rest = old.slice(line + 1);
  if (line < 0 || rest.some((one, at) => one !== now[line + 1 + more + at])) return undefined;
  return { line, text: old[line] ?? "", after: now.slice(line, line + 1 + more).join("\n") };
}

/** The line that a span begins in; `undefined` where it goes over more than one. */
function lineAt(text: string, { start, end }: Span): { readonly line: number; readonly text: string } | undefined {
  if (text.slice(start, end).includes("\n")) return undefined;
  const line = text.slice(0, start).split("\n").length - 1;
  return { line, text: text.split("\n")[line] ?? "" };
}

/** The plain manifests of a folder by path. */
export async function readManifestFolder(root: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => relative(root, join(entry.parentPath, entry.name)));
  return new Map(
    await Promise.all(
      manifestPaths(paths).map(async (path): Promise<[string, string]> => [path, await readFile(join(root, path), "utf8")]),
    ),
  );
}
