import { type FaultRule, standsNow } from "./fault-rule.ts";
import { type KubeObject, listAt, textAt } from "./kube-object.ts";
import { quote } from "./quote.ts";
import type { Snapshot } from "./snapshot.ts";
import { accountOf, getsToken } from "./tokens.ts";

/** The pods get the token, of an account that somebody has given rights: it is there for a program that asks the API server. */
export const tokenRule: FaultRule = {
  places: ({ field }) => [field],
  stays: (proposal) => {
    const {
      now: { workload },
      before,
      after,
    } = proposal;
    const value = standsNow(proposal);
    if (value !== undefined && value !== true) return "its pods are still told not to take the token";
    if (!getsToken(after, workload)) return "its pods are still not given the token";
    const account = accountOf(workload);
    const { namespace } = workload.object;
    // Every pod that names no account has the default one.
    if (account === "default") return "the account is the one of every pod that names none";
    const bound = [...before.of("RoleBinding", namespace), ...before.of("ClusterRoleBinding")].some((binding) =>
      isBound(before, binding, namespace, account),
    );
    return bound
      ? undefined
      : `nothing gives ServiceAccount ${quote(account, 80)} a right, so nothing shows that it is to ask the API server`;
  },
};

function isBound(snapshot: Snapshot, binding: KubeObject, namespace: string | undefined, account: string): boolean {
  const [kind = "", name = ""] = ["kind", "name"].map((member) => textAt(binding.json, "roleRef", member));
  const role = snapshot.find(kind, kind === "Role" ? binding.namespace : undefined, name);
  return (
    listAt(role?.json, "rules").length > 0 &&
    listAt(binding.json, "subjects").some(
      (one) =>
        textAt(one, "kind") === "ServiceAccount" &&
        textAt(one, "name") === account &&
        (textAt(one, "namespace") ?? binding.namespace) === namespace,
    )
  );
}
