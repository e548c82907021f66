import { findAccess } from "./analyzers/access.ts";
import { findAttachments } from "./analyzers/attachments.ts";
import { findCertificates } from "./analyzers/certificates.ts";
import { findConfinement } from "./analyzers/confinement.ts";
import { findCrashes } from "./analyzers/crashes.ts";
import { findEvictions } from "./analyzers/evictions.ts";
import { findGateways } from "./analyzers/gateways.ts";
import { findHooks } from "./analyzers/hooks.ts";
import { findImages } from "./analyzers/images.ts";
import { findIngresses } from "./analyzers/ingresses.ts";
import { findIssuers } from "./analyzers/issuers.ts";
import { findJobs } from "./analyzers/jobs.ts";
import { findLimits } from "./analyzers/limits.ts";
import { findMemoryGrowth } from "./analyzers/memory-growth.ts";
import { findNamePolicies } from "./analyzers/name-policies.ts";
import { findNetworkPolicies } from "./analyzers/network-policies.ts";
import { findNodes } from "./analyzers/nodes.ts";
import { findProbes } from "./analyzers/probes.ts";
import { findReferences } from "./analyzers/references.ts";
import { findRollouts } from "./analyzers/rollouts.ts";
import { findSharedMemory } from "./analyzers/shared-memory.ts";
import { findScheduling } from "./analyzers/scheduling.ts";
import { findSecretStores } from "./analyzers/secret-stores.ts";
import { findServicesKeptToNode } from "./analyzers/node-local-services.ts";
import { findServices } from "./analyzers/services.ts";
import { findStatefulSets } from "./analyzers/stateful-sets.ts";
import { findStorage } from "./analyzers/storage.ts";
import { findWebhooks } from "./analyzers/webhooks.ts";
import type { Analyzer, Finding, Severity } from "./finding.ts";
import { fieldText, refText } from "./kube-object.ts";
import type { Snapshot } from "./snapshot.ts";
import { followsFromPolicy } from "./unanswered.ts";
import { topOwner } from "./workloads.ts";

/** Every analyzer, surest explanations first: of two findings of one field the earlier one stays. */
const analyzers: readonly Analyzer[] = [
  findReferences,
  findImages,
  findCertificates,
  findIssuers,
  findSecretStores,
  findAccess,
  findStorage,
  findAttachments,
  findWebhooks,
  findLimits,
  findScheduling,
  findStatefulSets,
  findServices,
  findServicesKeptToNode,
  findSharedMemory,
  findIngresses,
  findGateways,
  findNetworkPolicies,
  findNamePolicies,
  findProbes,
  findConfinement,
  findHooks,
  findCrashes,
  findEvictions,
  findMemoryGrowth,
  findJobs,
  findRollouts,
  findNodes,
];

const order: Readonly<Record<Severity, number>> = { cause: 0, fault: 1, symptom: 2 };

/** What is abnormal in a namespace, the likeliest causes first. Pure; the same snapshot gives the same findings in the same order. */
export function triage(snapshot: Snapshot, namespace: string): readonly Finding[] {
  const all = dropExplained(snapshot, findEverything(snapshot, namespace));
  return all.sort((a, b) => order[a.severity] - order[b.severity]);
}

/** Every finding, those too that follow from another; in no order. */
export function findEverything(snapshot: Snapshot, namespace: string): readonly Finding[] {
  const found = new Map<string, Finding>();
  for (const analyze of analyzers)
    for (const finding of analyze(snapshot, namespace)) {
      const key = findingKey(finding);
      if (!found.has(key)) found.set(key, finding);
    }
  return [...found.values()];
}

/** The same for the same fault at the same place, whatever stands there now: what a check compares before and after a change. */
export function findingKey({ fault, object, field }: Pick<Finding, "fault" | "object" | "field">): string {
  return `${fault} ${refText(object)} ${fieldText(field)}`;
}

/** A crash or a failing probe that says nothing but that it is one goes where a cause of the same workload is known, or one that its pods show. */
function dropExplained(snapshot: Snapshot, findings: readonly Finding[]): Finding[] {
  const causes = findings.filter(({ severity }) => severity === "cause");
  const shownBy = causes.flatMap(({ evidence }) => evidence.filter(({ object, from }) => object.kind === "Pod" && isTold(from)));
  const workloads = shownBy.flatMap(({ object }) => {
    const pod = snapshot.find(object.kind, object.namespace, object.name);
    return pod === undefined ? [] : [topOwner(snapshot, pod)];
  });
  const explained = new Set([...causes.map(({ object }) => object), ...workloads].map(refText));
  const follows = followsFromPolicy(snapshot, causes);
  return findings.filter((finding) => {
    const { severity, object, fault } = finding;
    const isBare = severity === "fault" && (fault === "crash" || fault === "probe-fails" || fault === "job-failed");
    return !(isBare && explained.has(refText(object))) && !follows(finding);
  });
}

/** What a pod's log or events say, other than what is said about a pod that something else chooses. */
function isTold(from: string): boolean {
  return from.startsWith("log") || from === "event";
}
