import { CloisterError } from "../../error.ts";
import { asNeighbour, belongs } from "../../incident/capture/belonging.ts";
import { type CapturedKind, readPage } from "../../incident/capture/captured.ts";
import { type AnnouncedType, readGroups, readTypes } from "../../incident/capture/discovery.ts";
import { type LeftOut, type ListPlan, planLists } from "../../incident/capture/plan-lists.ts";
import type { RecordedObject } from "../../incident/cluster/recorded-object.ts";
import type { ProgramResult } from "../run-program.ts";
import { type ClusterAccess, runKubectl } from "./live-snapshot.ts";

/** What was read of a namespace, as it came: secrets are in it. */
export interface ReadCluster {
  readonly serverVersion: string;
  readonly kubectlVersion: string;
  readonly types: readonly AnnouncedType[];
  readonly kinds: readonly CapturedKind[];
  readonly leftOut: readonly LeftOut[];
  readonly cut: readonly LeftOut[];
}

const pageSize = 500;
const mostObjects = 5000;
/** Lists that are asked for at a time. */
const atOnce = 4;

/**
 * Reads a namespace with kubectl, by `get --raw` alone: what may be done with get and list is enough. What this user may not list, and what the
 * server cannot answer, is left out and said. Throws `not-found` (no such namespace), `unauthorized`, `unreachable`, `missing` (no
 * kubectl), `cancelled`.
 */
export async function readCluster(access: ClusterAccess, namespace: string, told: (line: string) => void): Promise<ReadCluster> {
  const leftOut: LeftOut[] = [];
  const cut: LeftOut[] = [];
  const versions = await readVersions(access);
  await demandNamespace(access, namespace);
  const types = await readAllTypes(access, leftOut);
  const plan = planLists(types, namespace);
  leftOut.push(...plan.leftOut);
  const taken: CapturedKind[] = [];
  const read = async (list: ListPlan): Promise<void> => {
    const found = await readList(access, list);
    leftOut.push(...found.leftOut);
    cut.push(...found.cut);
    const { type, keep, label } = list;
    const objects = found.objects
      .filter((object) => keep === "all" || belongs(type, object, namespace, taken))
      .map((object) => asNeighbour(object, namespace));
    if (objects.length > 0) taken.push({ type, objects });
    const why = found.leftOut[0]?.why;
    if (objects.length > 0 || why !== undefined) told(`${label}: ${why === undefined ? objects.length : `left out, ${why}`}`);
  };
  const own = plan.lists.filter(({ type }) => type.namespaced);
  const wide = plan.lists.filter(({ type }) => !type.namespaced);
  for (let at = 0; at < own.length; at += atOnce) await Promise.all(own.slice(at, at + atOnce).map(read));
  if (taken.length === 0 && leftOut.some(({ why }) => why === forbidden))
    throw new CloisterError("unauthorized", `This user may list nothing in namespace ${namespace}: there is nothing to capture.`, {
      hint: "A capture needs get and list, as the role `view` gives them.",
    });
  // One after another: what belongs to the namespace follows from what was read before.
  for (const list of wide) await read(list);
  return { ...versions, types, kinds: merged(types, taken), leftOut, cut };
}

const forbidden = "this user may not list it";

/** The same object can come through two lists, and through two groups. */
function merged(types: readonly AnnouncedType[], taken: readonly CapturedKind[]): CapturedKind[] {
  const seen = new Set<string>();
  return types.flatMap((type) => {
    const objects = taken
      .filter((kind) => kind.type === type)
      .flatMap((kind) => kind.objects)
      .filter(({ metadata }) => !seen.has(metadata.uid) && seen.add(metadata.uid));
    return objects.length === 0 ? [] : [{ type, objects }];
  });
}

async function readVersions(access: ClusterAccess): Promise<{ serverVersion: string; kubectlVersion: string }> {
  const { code, stdout, stderr } = await runKubectl(access, ["version", "--output", "json"]);
  const text = (member: string) => new RegExp(String.raw`"${member}":\s*\{[^}]*"gitVersion":\s*"(v[\w.+-]+)"`).exec(stdout)?.[1];
  const serverVersion = text("serverVersion");
  if (code !== 0 || serverVersion === undefined) throw unreachable(stderr, code);
  return { serverVersion, kubectlVersion: text("clientVersion") ?? "unknown" };
}

async function demandNamespace(access: ClusterAccess, namespace: string): Promise<void> {
  const { code, stderr } = await raw(access, `/api/v1/namespaces/${namespace}`);
  if (code === 0 || /\(Forbidden\)/.test(stderr)) return;
  if (/\(NotFound\)/.test(stderr))
    throw new CloisterError("not-found", `There is no namespace ${namespace} in this cluster.`, { hint: "kubectl get namespaces" });
  throw unreachable(stderr, code);
}

async function readAllTypes(access: ClusterAccess, leftOut: LeftOut[]): Promise<readonly AnnouncedType[]> {
  const groups = await raw(access, "/apis");
  if (groups.code !== 0) throw unreachable(groups.stderr, groups.code);
  const versions = [{ group: "", version: "v1" }, ...readGroups(JSON.parse(groups.stdout))];
  const types: (readonly AnnouncedType[])[] = [];
  const read = async (at: { group: string; version: string }, index: number): Promise<void> => {
    const { code, stdout, stderr } = await raw(access, at.group === "" ? `/api/${at.version}` : `/apis/${at.group}/${at.version}`);
    if (code === 0) types[index] = readTypes(JSON.parse(stdout), at);
    else leftOut.push({ what: `all of ${at.group}/${at.version}`, why: refusal(stderr, code) });
  };
  for (let first = 0; first < versions.length; first += atOnce)
    await Promise.all(versions.slice(first, first + atOnce).map((at, index) => read(at, first + index)));
  return types.flat();
}

interface ReadList {
  readonly objects: readonly RecordedObject[];
  readonly leftOut: readonly LeftOut[];
  readonly cut: readonly LeftOut[];
}

async function readList(access: ClusterAccess, { type, path, label }: ListPlan): Promise<ReadList> {
  const objects: RecordedObject[] = [];
  const cut: LeftOut[] = [];
  let unfit = 0;
  let next = "";
  do {
    const query = new URLSearchParams({ limit: String(pageSize), ...(next === "" ? {} : { continue: next }) });
    const { code, stdout, stderr } = await raw(access, `${path}?${query}`);
    const page = code === 0 ? readPage(stdout, type) : undefined;
    if (page === undefined) {
      const why = code === 0 ? "its list is not understood" : refusal(stderr, code);
      if (objects.length === 0) return { objects, leftOut: [{ what: label, why }], cut };
      cut.push({ what: label, why: `after ${objects.length} objects: ${why}` });
      break;
    }
    objects.push(...page.objects);
    unfit += page.unfit;
    next = page.next;
  } while (next !== "" && objects.length < mostObjects);
  if (next !== "" && objects.length >= mostObjects) cut.push({ what: label, why: `only the first ${mostObjects} objects are taken` });
  if (unfit > 0) cut.push({ what: label, why: `${unfit} without an id of their own or with a name that no recording takes` });
  return { objects: objects.slice(0, mostObjects), leftOut: [], cut };
}

function raw(access: ClusterAccess, path: string): Promise<ProgramResult> {
  return runKubectl(access, ["get", "--raw", path]);
}

/** Why one kind was not given; throws where the cluster is gone or the user unknown, since then nothing else will be either. */
function refusal(stderr: string, code: number): string {
  if (/\(Forbidden\)/.test(stderr)) return forbidden;
  if (/\(NotFound\)|\(MethodNotAllowed\)/.test(stderr)) return "the server does not list it";
  if (/\(ServiceUnavailable\)|\(InternalError\)|unable to handle the request|\(Timeout\)/.test(stderr))
    return "the server could not answer for it";
  throw unreachable(stderr, code);
}

function unreachable(stderr: string, code: number): CloisterError {
  const last = stderr.trim().split("\n").at(-1) ?? "";
  if (/Unauthorized|must be logged in/i.test(last))
    return new CloisterError("unauthorized", `The cluster does not know this user: ${last}`);
  return new CloisterError("unreachable", `kubectl cannot read the cluster: ${last === "" ? `exit status ${code}` : last}`, {
    hint: "kubectl get namespaces   (with the same kubeconfig and context)",
  });
}
