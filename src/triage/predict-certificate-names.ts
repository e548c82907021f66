import { type FaultRule, standsNow } from "./fault-rule.ts";
import { quote } from "./quote.ts";

/** The same address by a name of the same service that its certificate has: what is not asked any more, or asked without a certificate, is not mended. */
export const certificateNamesRule: FaultRule = {
  places: ({ field }) => [field],
  stays: (proposal) => {
    const value = standsNow(proposal);
    const { candidates } = proposal.finding;
    if (typeof value !== "string" || value === "") return "nothing says any more whom it calls";
    return candidates.some((one) => one.value === value)
      ? undefined
      : `${quote(value, 80)} is no name that the certificate is known to have`;
  },
};
