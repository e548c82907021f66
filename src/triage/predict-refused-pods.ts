import { rolloutSteps } from "./analyzers/rollout-surge.ts";
import { demandAt, whyInsecure } from "./analyzers/pod-security.ts";
import type { Finding } from "./finding.ts";
import { fieldText, type KubeObject, numberAt, textAt, valueAt } from "./kube-object.ts";
import { namesWord, whyNotMeant } from "./meant.ts";
import { limitRangeStays } from "./predict-limit-range.ts";
import { quantity } from "./quantity.ts";
import { quote } from "./quote.ts";
import { fitsIn, quotaRoom } from "./quota-room.ts";
import type { Snapshot } from "./snapshot.ts";
import { type Container, containersOf, type Workload, workloadOf } from "./workloads.ts";

/** A limit that is more than so many times what is asked for bounds nothing, of memory and of CPU, which programs take in bursts. */
const widest: Readonly<Record<string, number>> = { memory: 4, cpu: 16, "ephemeral-storage": 16 };

/** Would the API server let the pods be made? Each rule for what it has refused; the answer is why it would not. */
export function refusedPodStays(
  finding: Finding,
  object: KubeObject,
  before: Snapshot,
  after: Snapshot,
  repositoryText: string,
): string | undefined {
  const workload = workloadOf(after, object);
  if (workload === undefined) return undefined;
  const place = fieldText(finding.field);
  const container = containersOf(workload).find(({ field }) => place.startsWith(`${fieldText(field)}.`));
  switch (finding.fault) {
    case "rollout-over-quota":
      return surgeStays(before, object);
    case "pod-security-forbids":
      return "whether the program can do without what the standard forbids is not known";
    case "pod-security": {
      const demand = demandAt(finding.field);
      return container === undefined || demand === undefined ? "its container is gone" : whyInsecure(workload, container, demand);
    }
    case "quota-needs":
      return container === undefined
        ? "its container is gone"
        : (whyNotSaid(finding, container, repositoryText, workload) ??
            overQuota(before, after, workload) ??
            limitRangeStays(container, after, object.namespace ?? "", undefined));
    default:
      return undefined;
  }
}

/** One old pod goes first, no more than Kubernetes itself would let go, and a rollout needs no more room than before. */
function surgeStays(before: Snapshot, object: KubeObject): string | undefined {
  const steps = rolloutSteps(object);
  const was = before.find(object.kind, object.namespace, object.name);
  const old = was === undefined ? undefined : rolloutSteps(was);
  const members = Object.keys((valueAt(object.json, "spec", "strategy", "rollingUpdate") ?? {}) as object);
  if (steps === undefined || members.some((one) => one !== "maxUnavailable" && one !== "maxSurge"))
    return "it is no rolling update that the API server takes";
  if (steps.unavailable === 0) return "a rollout would still start a new pod before an old one goes";
  const replicas = numberAt(object.json, "spec", "replicas") ?? 1;
  if (steps.unavailable > Math.max(1, Math.floor(replicas / 4)))
    return `a rollout would take ${steps.unavailable} of its ${replicas} pods at once`;
  return old !== undefined && steps.surge > old.surge ? "a rollout would need more room than before" : undefined;
}

/**
 * What a container says now and did not before. A limit lies between what the container asks for (what its program is told to need) and a few times as much; what
 * it asks for is one that something shows.
 */
function whyNotSaid(finding: Finding, container: Container, repositoryText: string, workload: Workload): string | undefined {
  const [side, dimension] = finding.field.slice(-2).map(String);
  const written = valueAt(container.json, "resources", side ?? "", dimension ?? "");
  const value = quantity(written);
  if (written === undefined) return `container ${container.name} still does not say ${side ?? ""}.${dimension ?? ""}`;
  if (value === undefined || value <= 0) return `${quote(String(written), 40)} is no quantity that a container can have`;
  if (side === "requests") return whyNotMeant(finding, String(written), repositoryText);
  const asked = quantity(valueAt(container.json, "resources", "requests", dimension ?? "")) ?? 0;
  const told = dimension === "memory" ? toldMemory(repositoryText, [workload.object.name, container.name]) : 0;
  if (value < asked || value < told * 1.1)
    return `the limit is ${String(written)}, and ${told > asked ? "the repository says that it needs more" : "it asks for more"}`;
  const least = Math.max(asked, told);
  if (least === 0) return whyNotMeant(finding, String(written), repositoryText);
  return value > least * (widest[dimension ?? ""] ?? 1) ? `the limit is ${String(written)}, many times what it asks for` : undefined;
}

/** The most memory that the repository says a program needs, in bytes: an amount in a line that names it and speaks of need. */
function toldMemory(text: string, names: readonly string[]): number {
  const lines = text
    .split("\n")
    .filter(
      (line) =>
        line.length < 1000 && /\b(?:needs?|uses?|takes?|memory|RAM)\b/i.test(line) && !/\b(?:disk|image|storage|volume)\b/i.test(line),
    )
    .filter((line) => names.some((name) => namesWord(line, name)));
  const amounts = lines.flatMap((line) =>
    [...line.matchAll(/\b(\d{1,6}(?:\.\d{1,3})?) ?([KMG])i?B?\b/g)].map(
      ([, number, unit]) => Number(number) * 1024 ** ("KMG".indexOf(unit ?? "K") + 1),
    ),
  );
  return Math.max(0, ...amounts);
}

/** Every quota of the namespace has room for all its pods. */
function overQuota(before: Snapshot, after: Snapshot, workload: Workload): string | undefined {
  const pods = workloadOf(before, workload.object)?.pods ?? [];
  for (const quota of after.of("ResourceQuota", workload.object.namespace))
    for (const resource of Object.keys((valueAt(quota.json, "spec", "hard") ?? {}) as object)) {
      const room = quotaRoom(before, quota, resource, { ...workload, pods });
      if (room !== undefined && !fitsIn(room))
        return `all its pods would not fit in quota ${quota.name}, which allows ${quote(textAt(quota.json, "spec", "hard", resource) ?? "less", 40)} of ${resource}`;
    }
  return undefined;
}
