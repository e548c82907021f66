import { flagAt, textAt } from "./kube-object.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Workload } from "./workloads.ts";

/** Where the kubelet puts the token of a pod's account. */
export const tokenFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/** The account as which the pods of a workload run. */
export function accountOf({ template }: Workload): string {
  const name = textAt(template, "spec", "serviceAccountName") ?? textAt(template, "spec", "serviceAccount") ?? "";
  return name === "" ? "default" : name;
}

/** Are the pods of a workload given the token of their account? What the pod says goes before what the account says. */
export function getsToken(snapshot: Snapshot, workload: Workload): boolean {
  const account = snapshot.find("ServiceAccount", workload.object.namespace, accountOf(workload));
  return flagAt(workload.template, "spec", "automountServiceAccountToken") ?? flagAt(account?.json, "automountServiceAccountToken") ?? true;
}
