import { containerResource } from "../quota-room.ts";
import type { Candidate, Finding } from "../finding.ts";
import { refOf, textAt, valueAt } from "../kube-object.ts";
import { quantity } from "../quantity.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";
import { type Container, containersOf, type Workload, workloadsOf, earlierContainers } from "../workloads.ts";

/** So many are told of one workload. */
const most = 8;

interface Need {
  readonly quota: string;
  readonly side: "requests" | "limits";
  readonly dimension: string;
  /** Empty where the API server does not name containers, as old ones do not. */
  readonly containers: readonly string[];
}

/**
 * What a quota wants said of containers and is not: a finding for each container and resource. Empty where the template says it by now; `undefined` for what
 * containers cannot say.
 */
export function unsaidForQuota(
  snapshot: Snapshot,
  workload: Workload,
  said: string,
  evidence: Finding["evidence"],
): readonly Finding[] | undefined {
  const needs = readNeeds(said);
  if (needs === undefined) return undefined;
  return needs
    .flatMap((need) =>
      containersOf(workload)
        .filter(({ name, json }) => (need.containers.length === 0 || need.containers.includes(name)) && !says(json, need))
        .map((container) => unsaid(snapshot, workload, container, need, evidence)),
    )
    .slice(0, most);
}

/** `must specify limits.memory for: web,proxy; requests.cpu for: web`, and as it was before: `must specify limits.memory,requests.cpu`. */
function readNeeds(said: string): readonly Need[] | undefined {
  const [, quota = "", list = ""] = /failed quota: ([\w.-]{1,253}): must specify ([\w.,:;/ -]{1,2000})/.exec(said) ?? [];
  if (list === "") return undefined;
  const needs = list.split(";").flatMap((part) => {
    const [resources = "", names = ""] = part.split(" for:");
    const containers = names.split(",").flatMap((name) => (name.trim() === "" ? [] : [name.trim()]));
    return resources.split(",").map((resource) => readNeed(resource.trim(), quota, containers));
  });
  return needs.every((need) => need !== undefined) ? needs : undefined;
}

function readNeed(resource: string, quota: string, containers: readonly string[]): Need | undefined {
  const known = containerResource(resource);
  return known === undefined ? undefined : { quota, ...known, containers };
}

/** A container that says its limit is taken to ask for as much. */
function says(json: Container["json"], { side, dimension }: Need): boolean {
  const of = (member: string): boolean => valueAt(json, "resources", member, dimension) !== undefined;
  return of(side) || (side === "requests" && of("limits"));
}

function unsaid(
  snapshot: Snapshot,
  workload: Workload,
  container: Container,
  { quota, side, dimension }: Need,
  evidence: Finding["evidence"],
): Finding {
  return {
    fault: "quota-needs",
    severity: "cause",
    object: refOf(workload.object),
    field: [...container.field, "resources", side, dimension],
    value: undefined,
    says: `pods of ${workload.object.name} are refused: quota ${quota} wants every container to say ${side}.${dimension}, and container ${container.name} does not`,
    evidence,
    candidates: shownValues(snapshot, workload, container, side, dimension),
  };
}

/** What the container said in the revision before, and what containers beside it say that ask for as much. */
function shownValues(snapshot: Snapshot, workload: Workload, container: Container, side: string, dimension: string): readonly Candidate[] {
  const found = new Map<string, string>();
  const learn = ({ json }: Pick<Container, "json">, why: string): void => {
    const value = textAt(json, "resources", side, dimension);
    if (quantity(value) !== undefined && value !== undefined && !found.has(value)) found.set(value, why);
  };
  for (const one of earlierContainers(snapshot, workload, container.name)) learn(one, "the revision before said it");
  const asks = textAt(container.json, "resources", "requests", dimension);
  if (side === "limits" && asks !== undefined)
    for (const other of workloadsOf(snapshot, workload.object.namespace))
      for (const one of containersOf(other))
        if (textAt(one.json, "resources", "requests", dimension) === asks)
          learn(one, `${other.object.kind} ${quote(other.object.name, 60)} asks for as much, and has this limit`);
  return [...found].slice(0, 3).map(([value, why]) => ({ value, why }));
}
