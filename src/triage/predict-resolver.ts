import { type FaultRule, standsNow } from "./fault-rule.ts";
import { whyNotMeant } from "./meant.ts";

/** The pod asks the resolver of the cluster, and stays in the network that it is in. */
export const nodeResolverRule: FaultRule = {
  places: ({ field }) => [field],
  stays: (proposal) => {
    const value = standsNow(proposal);
    return typeof value === "string" ? whyNotMeant(proposal.finding, value, "") : "its pod still asks the node's resolver";
  },
};
