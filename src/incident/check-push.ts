import { type CheckResult, checkChange } from "../triage/check.ts";
import { manifestPaths } from "../triage/manifest-paths.ts";
import { type ManifestProblem, type Manifests, readManifests } from "../triage/manifests.ts";
import type { Snapshot } from "../triage/snapshot.ts";
import type { PushedBranch } from "./forge/gate.ts";

/** What a pushed commit would do to the cluster, as far as its manifests tell. */
export interface PushCheck {
  readonly ok: boolean;
  readonly result: CheckResult;
  /** Manifests of the commit that cannot be read. */
  readonly problems: readonly ManifestProblem[];
}

/** So many files and characters of manifests are looked at; a branch with more is not passed. */
const mostFiles = 500;
const mostCharacters = 4 * 2 ** 20;

/**
 * The check of a pushed branch: the manifests of its base and of its commit laid over the cluster. It reads plain YAML alone, from git's own objects: nothing of
 * a branch is run out here, so overlays of kustomize and charts of Helm count as the files they are.
 */
export async function checkPush(
  snapshot: Snapshot,
  namespace: string,
  push: Pick<PushedBranch, "base" | "commit" | "changedFiles" | "list" | "read">,
): Promise<PushCheck> {
  const [before, after] = [await readSide(push, push.base, namespace), await readSide(push, push.commit, namespace)];
  const named = [...before.manifests.objects, ...after.manifests.objects].flatMap((object) => object.namespace ?? []);
  const paths = new Set([...before.paths, ...after.paths]);
  const result = checkChange(snapshot, [...new Set([namespace, ...named])], {
    before: before.manifests.objects,
    after: after.manifests.objects,
    otherFiles: push.changedFiles.filter((path) => !paths.has(path)),
    repositoryText: await readTexts(push, paths),
  });
  const { problems } = after.manifests;
  return { ok: result.ok && problems.length === 0, result, problems };
}

/** Texts of the base that are no manifests, one after the other: a program's own words for its options and settings. */
async function readTexts(push: Pick<PushedBranch, "base" | "list" | "read">, except: ReadonlySet<string>): Promise<string> {
  const paths = (await push.list(push.base)).filter(
    (path) =>
      !except.has(path) &&
      /\.(?:md|txt|[cm]?[jt]s|py|go|rb|sh|json|toml|ya?ml)$|(?:^|\/)(?:Dockerfile|Containerfile|Procfile|Makefile)$/.test(path),
  );
  const texts: string[] = [];
  let characters = 0;
  for (const path of paths.slice(0, mostFiles)) {
    const text = (await push.read(push.base, path)) ?? "";
    characters += text.length;
    if (characters > mostCharacters) break;
    texts.push(text);
  }
  return texts.join("\n");
}

interface Side {
  readonly paths: readonly string[];
  readonly manifests: Manifests;
}

async function readSide(push: Pick<PushedBranch, "list" | "read">, commit: string, namespace: string): Promise<Side> {
  const paths = manifestPaths(await push.list(commit));
  const files = new Map<string, string>();
  const unread: ManifestProblem[] = [];
  let characters = 0;
  for (const path of paths) {
    const text = files.size < mostFiles ? await push.read(commit, path) : undefined;
    characters += text?.length ?? 0;
    if (text === undefined || characters > mostCharacters) unread.push({ path, line: undefined, says: "is more than is looked at" });
    else files.set(path, text);
  }
  const read = readManifests(files, namespace);
  return { paths, manifests: { objects: read.objects, problems: [...read.problems, ...unread] } };
}

/** How many of each kind are told: a model has to read it. */
const most = 3;

/** What stands against a change, a line each: unreadable files first, then what is refused, what is new, what stays. Empty where nothing does. */
export function objections({ ok, result, problems }: PushCheck): readonly string[] {
  if (ok) return [];
  const stays = result.stays.filter(({ severity }) => severity !== "symptom");
  const lines = [
    ...problems.slice(0, most).map(({ path, line, says }) => `not readable: ${path}${line === undefined ? "" : `, line ${line}`}: ${says}`),
    ...result.refused.slice(0, most).map(({ says }) => `refused: ${says}`),
    ...result.appears.slice(0, most).map(({ says }) => `new: ${says}`),
    ...stays.slice(0, most).map(({ says, why }) => `stays: ${says} (${why})`),
  ];
  if (result.changed.length === 0) lines.unshift("no manifest is changed");
  else if (lines.length === 0) lines.push("it mends nothing that is wrong");
  return lines;
}
