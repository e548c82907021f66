import { keysOf } from "./analyzers/references.ts";
import type { Finding } from "./finding.ts";
import { listAt, valueAt } from "./kube-object.ts";
import { whyNotMeant, whyNotNearest } from "./meant.ts";
import { quote } from "./quote.ts";
import type { Snapshot } from "./snapshot.ts";

/** What is named in place of something that was missing has to be what was meant: it comes nearest, and it has the key that is asked for, where any such thing has. */
export function referenceStays(finding: Finding, before: Snapshot, after: Snapshot, repositoryText: string): string | undefined {
  const { kind, namespace, name } = finding.object;
  const at = (snapshot: Snapshot, field: Finding["field"]): unknown => valueAt(snapshot.find(kind, namespace, name)?.json, ...field);
  const value = at(after, finding.field);
  if (typeof value !== "string" || value === "") return "nothing is named there any more";
  // As before, and no finding any more: what was missing has been made.
  if (value === finding.value) return undefined;
  if (otherPullSecrets(finding, before) !== otherPullSecrets(finding, after))
    return "more of the secrets to pull with changes than the one that is missing";
  const keyField = [...finding.field.slice(0, -1), "key"];
  const [wanted, now] = [at(before, keyField), at(after, keyField)];
  const named = /there is no (\w+) /.exec(finding.says)?.[1] ?? "";
  const holders = finding.candidates.filter((one) => keysIn(before, named, namespace, one.value).includes(String(wanted)));
  if (typeof wanted === "string" && wanted !== now && holders.length > 0)
    return `${named} ${quote(holders[0]?.value ?? "", 60)} has the key ${quote(wanted, 60)}, which was asked for`;
  const likely = typeof wanted === "string" && holders.length > 0 ? { ...finding, candidates: holders } : finding;
  return whyNotNearest(likely, value, repositoryText);
}

/** The secrets to pull with beside the one that is missing; empty where something else is missing. */
function otherPullSecrets({ object, field }: Finding, snapshot: Snapshot): string {
  const list = field.indexOf("imagePullSecrets") + 1;
  if (list === 0) return "";
  const members = listAt(snapshot.find(object.kind, object.namespace, object.name)?.json, ...field.slice(0, list));
  return JSON.stringify(members.filter((_, index) => index !== field[list]));
}

function keysIn(snapshot: Snapshot, kind: string, namespace: string | undefined, name: string): readonly string[] {
  const object = snapshot.find(kind, namespace, name);
  return object === undefined ? [] : (keysOf(object) ?? []);
}

/** Of classes that the cluster has, one that makes volumes and that was meant. */
export function claimClassStays(finding: Finding, value: string | undefined): string | undefined {
  return value === undefined || value === "" ? "no class is asked for any more" : whyNotMeant(finding, value, "");
}
