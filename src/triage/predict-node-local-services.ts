import { type FaultRule, standsNow } from "./fault-rule.ts";
import { quote } from "./quote.ts";

/** The service is answered from every node, as it is where nothing is said. */
export const keptToNodeRule: FaultRule = {
  places: ({ field }) => [field],
  stays: (proposal) => {
    const value = standsNow(proposal);
    if (value === undefined || value === "Cluster") return undefined;
    return value === "Local" ? "the service still keeps to its node" : `${quote(String(value), 40)} is no policy of a service`;
  },
};
