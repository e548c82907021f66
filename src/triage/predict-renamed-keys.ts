import { variablesOf } from "./environment.ts";
import type { FaultRule, Proposal } from "./fault-rule.ts";
import type { Finding } from "./finding.ts";
import { fieldText, listAt, refText, textAt, textsAt } from "./kube-object.ts";
import { tells, tookItsPlace } from "./predict-settings.ts";
import { quote } from "./quote.ts";
import { containersOf, templateWay, workloadsOf } from "./workloads.ts";

/**
 * The program is given the variable, with the value that the key of the other name has; the repository's own text tells that the one took the other's
 * place. The old key goes only where nobody else may read it.
 */
export const keyRenamedRule: FaultRule = {
  places: ({ field, value = "", candidates }) => [value, ...candidates.map((one) => one.value)].map((key) => [...field.slice(0, -1), key]),
  elsewhere: (finding, object) => {
    if (!finding.evidence.some((one) => one.from.startsWith("envFrom") && refText(one.object) === refText(object))) return [];
    const container = /^envFrom of container (\S+)$/.exec(finding.evidence[1]?.from ?? "")?.[1] ?? "";
    return ["containers", "initContainers"].map((list) => [
      ...templateWay(object.kind),
      "spec",
      list,
      { name: container },
      "env",
      { name: wantedOf(finding) },
    ]);
  },
  stays: (proposal) => {
    const { finding, now, before, after, repositoryText } = proposal;
    const [old = "", wanted] = [finding.value, wantedOf(finding)];
    const value = textsAt(before.find(finding.object.kind, finding.object.namespace, finding.object.name)?.json, "data")[old];
    const given = variablesOf(after, now.workload, now.container).find(({ name }) => name === wanted);
    if (given === undefined) return `the program is still not given ${wanted}`;
    if (given.value !== value) return `nothing shows that ${wanted} is to be anything else than ${old} is`;
    const told = repositoryText.split("\n").some((line) => tells(line, old) && tells(line, wanted) && tookItsPlace.test(line));
    if (!told) return `nothing in the repository tells that ${wanted} took the place of ${old}`;
    const kept = textsAt(after.find(finding.object.kind, finding.object.namespace, finding.object.name)?.json, "data")[old];
    if (kept !== undefined) return kept === value ? undefined : `${old} becomes another than it was`;
    const reader = otherReader(proposal, old);
    return reader === undefined ? undefined : `${quote(reader, 80)} reads ${old} too`;
  },
};

function wantedOf({ candidates }: Finding): string {
  return candidates[0]?.value ?? "";
}

/** A container beside this one that takes all keys of the map, or a variable of this one that is made of the old. */
function otherReader({ finding: { object }, now, after }: Proposal, old: string): string | undefined {
  if (JSON.stringify(now.container.json).includes(`$(${old})`)) return now.container.name;
  for (const workload of workloadsOf(after, object.namespace ?? "")) {
    const mounted = listAt(workload.template, "spec", "volumes").some(
      (one) =>
        textAt(one, "configMap", "name") === object.name ||
        listAt(one, "projected", "sources").some((source) => textAt(source, "configMap", "name") === object.name),
    );
    if (mounted) return workload.object.name;
    const isThis = refText(workload.object) === refText(now.workload.object);
    for (const container of containersOf(workload)) {
      if (isThis && fieldText(container.field) === fieldText(now.container.field)) continue;
      if (listAt(container.json, "envFrom").some((source) => textAt(source, "configMapRef", "name") === object.name))
        return `${workload.object.name}, container ${container.name}`;
    }
  }
  return undefined;
}
