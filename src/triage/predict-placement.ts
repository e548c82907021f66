import { leftOn, podAsks } from "./analyzers/placement.ts";
import { obstaclesOf } from "./analyzers/scheduling.ts";
import type { Finding } from "./finding.ts";
import { numberAt, objectAt, textsAt } from "./kube-object.ts";
import { whyNotMeant, whyNotNearest } from "./meant.ts";
import { nearMisses } from "./near.ts";
import { quantity } from "./quantity.ts";
import { quote } from "./quote.ts";
import type { Snapshot } from "./snapshot.ts";
import { labelsOf, type Workload } from "./workloads.ts";

/** Would pods that found no node find one? For each obstacle what a change has to bring; the answer is why they would not. */
export function placementStays(
  finding: Finding,
  before: Workload,
  now: Workload,
  after: Snapshot,
  value: string | undefined,
  repositoryText: string,
): string | undefined {
  switch (finding.fault) {
    case "unschedulable-selector":
      return selectorStays(finding, before, now, after, value);
    case "unschedulable-spread":
    case "unschedulable-beside":
      return value === undefined ? "nothing is named there any more" : whyNotNearest(finding, value, repositoryText);
    case "unschedulable-apart":
    case "unschedulable-port":
      return value === undefined ? "it is not said any more" : whyNotMeant(finding, value, "");
    case "unschedulable-cpu":
    case "unschedulable-memory":
      return roomStays(finding, before, now, after, value);
    default:
      return undefined;
  }
}

/** The pods still go to the nodes that they were meant for: another value is one that nodes have, another key is one that was misspelt. */
function selectorStays(finding: Finding, before: Workload, now: Workload, after: Snapshot, value: string | undefined): string | undefined {
  if (value !== undefined) return whyNotMeant(finding, value, "");
  const [was, is] = [before, now].map(({ template }) => textsAt(template, "spec", "nodeSelector"));
  const key = String(finding.field.at(-1));
  const added = Object.entries(is ?? {}).filter(([name]) => was?.[name] === undefined);
  const [one] = added;
  if (one === undefined || added.length > 1 || one[1] !== finding.value || nearMisses(key, [one[0]]).length === 0)
    return "it does not ask for those nodes any more";
  const fits = after.of("Node").some((node) => labelsOf(node.json)[one[0]] === one[1]);
  return fits ? undefined : `no node has ${quote(`${one[0]}=${one[1]}`, 80)}`;
}

/** Some node has room for what it asks for now, beside all pods but its own that are replaced; and it asks for no less than the revision before, which ran. */
function roomStays(finding: Finding, before: Workload, now: Workload, after: Snapshot, value: string | undefined): string | undefined {
  const resource = finding.fault === "unschedulable-cpu" ? "cpu" : "memory";
  const asked = quantity(value);
  if (asked === undefined) return value === undefined ? "it does not say any more what it needs" : `${quote(value, 40)} is no quantity`;
  const ran = finding.candidates.map((one) => quantity(one.value) ?? 0);
  if (ran.length > 0 && asked < Math.min(...ran)) return "it asks for less than the revision before, which ran";
  const nodes = after.of("Node");
  const own = new Set([...now.pods, ...before.pods]);
  const needs = podAsks(now.template, resource);
  const wanted = now.object.kind === "Deployment" ? (numberAt(now.object.json, "spec", "replicas") ?? 1) : 1;
  const room = nodes
    .filter((node) => obstaclesOf(now, node, nodes).length === 0)
    .reduce((sum, node) => sum + (needs > 0 ? Math.floor((leftOn(after, node, resource, own) + 1e-9) / needs) : wanted), 0);
  return room >= wanted ? undefined : `the nodes have room for ${Math.max(room, 0)} of its ${wanted} pods`;
}

/** A volume that one node at a time can have goes from the old pod to the new one only when the old one is ended first. */
export function attachmentStays(finding: Finding, now: Workload, value: string | undefined): string | undefined {
  if (finding.candidates.every((one) => one.value !== value)) return "two pods would still want the volume at once";
  const { type, rollingUpdate } = objectAt(now.object.json, "spec", "strategy");
  return type === "Recreate" && rollingUpdate !== undefined ? "a strategy of Recreate has no settings of a rolling update" : undefined;
}
