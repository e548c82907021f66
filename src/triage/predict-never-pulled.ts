import { type FaultRule, standsNow } from "./fault-rule.ts";
import { quote } from "./quote.ts";

/** The node may pull the image: as the policy says, or as Kubernetes does it where nothing is said. */
export const neverPulledRule: FaultRule = {
  places: ({ field }) => [field],
  stays: (proposal) => {
    const value = standsNow(proposal);
    if (value === undefined || value === "IfNotPresent" || value === "Always") return undefined;
    return value === "Never" ? "the image is still never pulled" : `${quote(String(value), 40)} is no policy by which images are pulled`;
  },
};
