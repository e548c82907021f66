import { stringify } from "yaml";

export interface KubeconfigOptions {
  /** Where the recorded cluster answers, `http://kube.internal`. */
  readonly server: string;
  /** The namespace that commands without `-n` mean. */
  readonly namespace: string;
}

/**
 * A kubeconfig for the recorded cluster. Its token is no credential, since who reaches the address may read and nobody may write; without
 * one kubectl asks at the terminal for a user name.
 */
export function kubeconfig({ server, namespace }: KubeconfigOptions): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "recorded", cluster: { server } }],
    users: [{ name: "reader", user: { token: "recorded-cluster-asks-for-no-token" } }],
    contexts: [{ name: "recorded", context: { cluster: "recorded", user: "reader", namespace } }],
    "current-context": "recorded",
  });
}
