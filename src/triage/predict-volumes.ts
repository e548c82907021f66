import { type FaultRule, type Proposal, standsNow } from "./fault-rule.ts";
import { objectAt, textAt, textsAt } from "./kube-object.ts";
import { whyNotMeant } from "./meant.ts";
import { quantity } from "./quantity.ts";
import { quote } from "./quote.ts";

/** The volume is given to the group that the program runs as, or to one that the repository's own text names. */
export const volumeRightsRule: FaultRule = {
  places: ({ field }) => [field],
  stays: (proposal) => {
    const value = standsNow(proposal);
    if (value === undefined) return "no group is given the volume";
    if (typeof value !== "number" || !Number.isInteger(value) || value <= 0) return `${quote(String(value), 40)} is no group to give it to`;
    return whyNotMeant(proposal.finding, String(value), proposal.repositoryText);
  },
};

/** A volume that is full is to have so much more at the least, or it is full again tomorrow. */
const leastRise = 1.25;
/** Volumes never become smaller again. */
const largestRise = 16;

/** The claim asks for more, as far as the quotas of its namespace leave it. */
export const diskFullRule: FaultRule = {
  places: ({ field }) => [field],
  stays: (proposal) => {
    const { finding } = proposal;
    const value = standsNow(proposal);
    const [old, now] = [quantity(finding.value), quantity(value)];
    if (value === undefined) return "the claim asks for nothing any more";
    if (now === undefined || old === undefined) return `${quote(String(value), 40)} is no quantity`;
    if (now < old * leastRise)
      return `the claim asks for ${quote(String(value), 40)}, hardly more than the ${finding.value ?? ""} that are full`;
    if (now > old * largestRise) return `the claim would ask for more than ${largestRise} times as much`;
    return quotaLeaves(proposal, now - old);
  },
};

function quotaLeaves({ finding: { object }, before, after }: Proposal, more: number): string | undefined {
  const own = textAt(after.find(object.kind, object.namespace, object.name)?.json, "spec", "storageClassName") ?? "";
  for (const quota of before.of("ResourceQuota", object.namespace))
    for (const resource of ["requests.storage", `${own}.storageclass.storage.k8s.io/requests.storage`]) {
      const hard = quantity(textsAt(quota.json, "spec", "hard")[resource]);
      const used = quantity(objectAt(quota.json, "status", "used")[resource]) ?? 0;
      if (hard !== undefined && used + more > hard) return `quota ${quota.name} does not leave the namespace so much storage`;
    }
  return undefined;
}
