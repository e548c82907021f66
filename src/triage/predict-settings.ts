import type { JsonValue } from "../messages/conversation.ts";
import { keysOf } from "./analyzers/references.ts";
import { variablesOf } from "./environment.ts";
import { containerOf, type FaultRule, type Proposal } from "./fault-rule.ts";
import { isObject, listAt, objectAt, refText, textAt } from "./kube-object.ts";
import { namesWord } from "./meant.ts";
import { quote } from "./quote.ts";
import type { Snapshot } from "./snapshot.ts";
import { type Container, containersOf, revisionsOf, type Workload, workloadsOf } from "./workloads.ts";

/** The variable has the name that the program asks for, and comes from where it came from; the repository's own text knows the new name and not the old one. */
export const settingRenamedRule: FaultRule = {
  places: ({ field, value = "", candidates }) => {
    const env = [...containerOf(field), "env"];
    return [value, ...candidates.map((one) => one.value)].map((name) => [...env, { name }]);
  },
  stays: ({ finding, was, now, repositoryText }) => {
    const [old = "", wanted = ""] = [finding.value, finding.candidates[0]?.value];
    const [given, ...more] = entriesOf(now.container, wanted);
    if (given === undefined || more.length > 0) return `the program is still not given ${wanted}`;
    if (bare(given) !== bare(entriesOf(was.container, old)[0]))
      return `nothing shows that ${wanted} is to come from anywhere else than ${old} did`;
    if (!tells(repositoryText, wanted)) return `nothing in the repository names ${wanted}`;
    const other = repositoryText.split("\n").find((line) => tells(line, old) && !(tells(line, wanted) && tookItsPlace.test(line)));
    return other === undefined ? undefined : `the repository names ${old} too: it may be another setting`;
  },
};

/** Words by which people tell that a setting has another name now. */
export const tookItsPlace = /renam|replac|instead|former|previous|deprecat|\bcalled\b|\bnow\b|\bwas\b|→|->|=>/i;

function entriesOf({ json }: Container, name: string): readonly JsonValue[] {
  return listAt(json, "env").filter((one) => textAt(one, "name") === name);
}

function bare(entry: JsonValue | undefined): string {
  return isObject(entry) ? JSON.stringify({ ...entry, name: "" }) : "";
}

/** Programs name a setting as it is, or without the prefix that all of theirs have. */
export function tells(text: string, name: string): boolean {
  const tail = name.slice(name.indexOf("_") + 1);
  return namesWord(text, name) || (tail.includes("_") && namesWord(text, tail));
}

/** Is what a program was missing given now, and from where it is known to come? A value that nothing shows is made up. */
export function settingStays(proposal: Proposal): string | undefined {
  const { finding, now, after, repositoryText } = proposal;
  const wanted = /asks for ([A-Z][A-Z0-9_]+)/.exec(finding.says)?.[1];
  if (wanted === undefined) return undefined;
  const [entry] = entriesOf(now.container, wanted);
  const given = variablesOf(after, now.workload, now.container).find(({ name }) => name === wanted);
  if (isObject(objectAt(entry, "valueFrom")["secretKeyRef"]))
    return knownEntries(proposal, wanted).includes(bare(entry)) || onlyKey(proposal, entry, wanted)
      ? undefined
      : `nothing shows that ${wanted} is in that secret`;
  if (given === undefined || given.value.trim() === "") return `the program is still not given ${wanted}`;
  const told = repositoryText.split("\n").some((line) => tells(line, wanted) && namesWord(line, given.value));
  return told || knownValues(proposal, wanted).includes(given.value)
    ? undefined
    : `nothing shows that ${wanted} is to be ${quote(given.value, 60)}`;
}

/** A key that is named as the variable is (`database-url`, `DATABASE_URL`), in the one secret that has such a key. */
function onlyKey({ before, finding: { object } }: Proposal, entry: JsonValue | undefined, wanted: string): boolean {
  const [name, key] = ["name", "key"].map((member) => textAt(entry, "valueFrom", "secretKeyRef", member));
  const isNamed = (one: string): boolean => one.toUpperCase().replaceAll(/[-.]/g, "_") === wanted;
  const [holder, ...more] = before.of("Secret", object.namespace).filter((secret) => keysOf(secret)?.some(isNamed) === true);
  return more.length === 0 && holder !== undefined && holder.name === name && key !== undefined && isNamed(key);
}

/** Containers that may know what a variable is to be: this one in revisions before, and those of other workloads. */
function others({ was, before }: Proposal): readonly { readonly workload: Workload; readonly container: Container }[] {
  const own = refText(was.workload.object);
  const beside = workloadsOf(before, was.workload.object.namespace).filter(({ object }) => refText(object) !== own);
  const earlier = revisionsOf(before, was.workload.object)
    .slice(1)
    .map((set): Workload => ({ ...was.workload, template: objectAt(set.json, "spec", "template") }));
  return [...earlier, ...beside].flatMap((workload) => containersOf(workload).map((container) => ({ workload, container })));
}

function knownEntries(proposal: Proposal, wanted: string): readonly string[] {
  return others(proposal).flatMap(({ container }) => entriesOf(container, wanted).map(bare));
}

/** What the variable is elsewhere, and what the one that was given in its place was. */
function knownValues(proposal: Proposal, wanted: string): readonly string[] {
  const { finding, was, before } = proposal;
  const valueOf = (snapshot: Snapshot, workload: Workload, container: Container, name: string | undefined): readonly string[] =>
    variablesOf(snapshot, workload, container).flatMap((one) => (one.name === name ? [one.value] : []));
  return [
    ...valueOf(before, was.workload, was.container, finding.value),
    ...others(proposal).flatMap(({ workload, container }) => valueOf(before, workload, container, wanted)),
  ];
}
