import { createHash } from "node:crypto";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { checkPush, objections } from "../../src/incident/check-push.ts";
import { loadCluster } from "../../src/incident/cluster/load-cluster.ts";
import type { Scenario } from "../../src/incident/scenario.ts";
import { snapshotOf } from "../../src/incident/snapshot.ts";
import type { JsonValue } from "../../src/messages/conversation.ts";
import { type KubeObject, readObjects } from "../../src/triage/kube-object.ts";
import { changedObjects } from "../../src/triage/overlay.ts";
import { findRefusals } from "../../src/triage/refusals.ts";
import type { Snapshot } from "../../src/triage/snapshot.ts";
import { triage } from "../../src/triage/triage.ts";
import { manifestPaths } from "../../src/triage/manifest-paths.ts";
import { type Edit, plausibleEdits, readDocuments, writeDocuments } from "./edits.ts";
import { openVerify } from "./hidden-verify.ts";

export interface SweepOptions {
  /** Each so many-th of the edits is tried; all where absent. */
  readonly every?: number | undefined;
  /** Are edits that the check refuses put to verify too? It takes ten times as long. */
  readonly alsoRefused: boolean;
}

export interface Swept {
  readonly edits: number;
  readonly passed: number;
  /** The check lets them out, and verify rejects them: wrong pull requests. */
  readonly wronglyPassed: readonly Misjudged[];
  /** Verify accepts them, and the check keeps them back. */
  readonly wronglyRefused: readonly Misjudged[];
}

export interface Misjudged {
  readonly says: string;
  /** The failing checks of verify, or what the door says. */
  readonly why: string;
}

/** On so many of the right fixes other edits are laid. */
const mostFixed = 2;
/** And on so many of the wrong ones. */
const mostStacked = 8;

/** Puts every plausible edit of a scenario's manifests, alone and on top of its right fixes, to the check of the door and to the hidden checks. */
export async function sweepScenario(scenario: Scenario, { every = 1, alsoRefused }: SweepOptions): Promise<Swept> {
  const snapshot = snapshotOf(await loadCluster(scenario.paths.cluster));
  const tree = await readTree(scenario.paths.repo);
  const folder = await mkdtemp(join(tmpdir(), `sweep-${scenario.id}-`));
  const verify = openVerify(scenario.paths.verify);
  try {
    const isRefusedAtOnce = refusesAtOnce(scenario, tree, snapshot);
    const edits = await collectEdits(scenario, tree, snapshot, folder, isRefusedAtOnce);
    const wronglyPassed: Misjudged[] = [];
    const wronglyRefused: Misjudged[] = [];
    let [count, passed] = [0, 0];
    const checkout = join(folder, "checkout");
    await cp(scenario.paths.repo, checkout, { recursive: true });
    for (const [index, edit] of edits.entries()) {
      if (index % every !== 0) continue;
      count++;
      if (!alsoRefused && isRefusedAtOnce(edit)) continue;
      const files = writeDocuments(edit.documents);
      const after = new Map([...tree, ...files]);
      const side = (commit: string): ReadonlyMap<string, string> => (commit === "base" ? tree : after);
      const check = await checkPush(snapshot, scenario.namespace, {
        base: "base",
        commit: "head",
        changedFiles: [...files.keys()].filter((path) => tree.get(path) !== after.get(path)),
        list: async (commit) => Promise.resolve([...side(commit).keys()]),
        read: async (commit, path) => Promise.resolve(side(commit).get(path)),
      });
      if (check.ok) passed++;
      else if (!alsoRefused) continue;
      await writeAll(checkout, files);
      const failed = await verify.ask(checkout);
      await writeAll(checkout, new Map([...files.keys()].map((path) => [path, tree.get(path)])));
      if (check.ok && failed.length > 0) wronglyPassed.push({ says: edit.says, why: failed.join(", ") });
      if (!check.ok && failed.length === 0) wronglyRefused.push({ says: edit.says, why: objections(check).join("; ") });
    }
    return { edits: count, passed, wronglyPassed, wronglyRefused };
  } finally {
    verify.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Most edits touch what nothing asks for; that takes no laying over to see. */
function refusesAtOnce(scenario: Scenario, tree: ReadonlyMap<string, string>, snapshot: Snapshot): (edit: Edit) => boolean {
  const objectsOf = ({ 1: list }: readonly [string, readonly JsonValue[]]): readonly KubeObject[] =>
    list.flatMap((one) => readObjects(one)).map((object) => ({ ...object, namespace: object.namespace ?? scenario.namespace }));
  const base = [...readDocuments(manifestsOf(tree))];
  const before = base.flatMap(objectsOf);
  const namespaces = new Set([scenario.namespace, ...before.map(({ namespace }) => namespace ?? "")]);
  const findings = [...namespaces].flatMap((namespace) => triage(snapshot, namespace));
  return ({ documents }) => {
    const kept = base.filter(([path]) => documents.has(path));
    const changed = changedObjects({ before: kept.flatMap(objectsOf), after: [...documents].flatMap(objectsOf) });
    return findRefusals(changed, [], findings).length > 0;
  };
}

function manifestsOf(files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map(manifestPaths([...files.keys()]).map((path) => [path, files.get(path) ?? ""]));
}

async function collectEdits(
  scenario: Scenario,
  tree: ReadonlyMap<string, string>,
  snapshot: Snapshot,
  folder: string,
  isRefusedAtOnce: (edit: Edit) => boolean,
): Promise<readonly Edit[]> {
  const base = readDocuments(manifestsOf(tree));
  const alone = plausibleEdits(base, snapshot);
  const more: Edit[] = [];
  const layOn = (edit: Edit): void => {
    for (const { says, documents } of plausibleEdits(new Map([...base, ...edit.documents]), snapshot))
      more.push({ says: `${edit.says} + ${says}`, documents: new Map([...edit.documents, ...documents]) });
  };
  const right = await readdir(join(scenario.folder, "verify", "right")).catch(() => []);
  for (const [number, patch] of right.sort().entries()) {
    const copy = join(folder, "right");
    await cp(scenario.paths.repo, copy, { recursive: true });
    await promisify(execFile)("git", ["init", "--quiet"], { cwd: copy });
    await promisify(execFile)("git", ["apply", join(scenario.folder, "verify", "right", patch)], { cwd: copy });
    const after = readDocuments(manifestsOf(await readTree(copy)));
    await rm(copy, { recursive: true });
    const fix = {
      says: `right/${patch}`,
      documents: new Map([...after].filter(([path, list]) => textOf(list) !== textOf(base.get(path)))),
    };
    more.push(fix);
    if (number < mostFixed) layOn(fix);
  }
  // Two wrong things at once, where the first is of the kind that a check has to think about.
  const inPlace = alone.filter((edit) => !isRefusedAtOnce(edit));
  for (const edit of inPlace.filter((_, index) => index % Math.ceil(inPlace.length / mostStacked) === 0)) layOn(edit);
  const known = new Set([textOf([...base.values()])]);
  return [...alone, ...more].filter(({ documents }) => {
    const text = textOf([...new Map([...base, ...documents]).values()]);
    return known.has(text) ? false : known.add(text);
  });
}

/** The same for documents that mean the same, whatever their spelling. */
function textOf(documents: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(documents) ?? "")
    .digest("base64");
}

async function writeAll(folder: string, files: ReadonlyMap<string, string | undefined>): Promise<void> {
  for (const [path, text] of files) {
    if (text === undefined) await rm(join(folder, path), { force: true });
    else {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
  }
}

async function readTree(root: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).slice(root.length + 1);
    if (entry.isFile() && !path.startsWith(".git/")) files.set(path, await readFile(join(root, path), "utf8"));
  }
  return files;
}
