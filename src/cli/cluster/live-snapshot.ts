import { CloisterError } from "../../error.ts";
import { logKey } from "../../incident/cluster/recorded-cluster.ts";
import type { JsonValue } from "../../messages/conversation.ts";
import { statesOf } from "../../triage/container-state.ts";
import { isObject, type KubeObject, listAt, objectAt, readObjects, textAt, valueAt } from "../../triage/kube-object.ts";
import { createSnapshot, type Snapshot } from "../../triage/snapshot.ts";
import { isReady, labelsOf, matchesSelector } from "../../triage/workloads.ts";
import { type ProgramResult, runProgram } from "../run-program.ts";

export interface ClusterAccess {
  /** Absent: as kubectl finds it. */
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** What is read in each namespace, and what of the whole cluster; kubectl's names, and the kinds that they are. */
const inNamespace: Readonly<Record<string, string>> = {
  pods: "Pod",
  events: "Event",
  services: "Service",
  configmaps: "ConfigMap",
  secrets: "Secret",
  serviceaccounts: "ServiceAccount",
  persistentvolumeclaims: "PersistentVolumeClaim",
  resourcequotas: "ResourceQuota",
  limitranges: "LimitRange",
  "deployments.apps": "Deployment",
  "replicasets.apps": "ReplicaSet",
  "statefulsets.apps": "StatefulSet",
  "daemonsets.apps": "DaemonSet",
  "jobs.batch": "Job",
  "cronjobs.batch": "CronJob",
  "ingresses.networking.k8s.io": "Ingress",
  "networkpolicies.networking.k8s.io": "NetworkPolicy",
  "horizontalpodautoscalers.autoscaling": "HorizontalPodAutoscaler",
  "poddisruptionbudgets.policy": "PodDisruptionBudget",
  "roles.rbac.authorization.k8s.io": "Role",
  "rolebindings.rbac.authorization.k8s.io": "RoleBinding",
};
const clusterWide: Readonly<Record<string, string>> = {
  nodes: "Node",
  namespaces: "Namespace",
  persistentvolumes: "PersistentVolume",
  "runtimeclasses.node.k8s.io": "RuntimeClass",
  "storageclasses.storage.k8s.io": "StorageClass",
  "ingressclasses.networking.k8s.io": "IngressClass",
  "priorityclasses.scheduling.k8s.io": "PriorityClass",
  "clusterroles.rbac.authorization.k8s.io": "ClusterRole",
  "clusterrolebindings.rbac.authorization.k8s.io": "ClusterRoleBinding",
  "validatingwebhookconfigurations.admissionregistration.k8s.io": "ValidatingWebhookConfiguration",
  "mutatingwebhookconfigurations.admissionregistration.k8s.io": "MutatingWebhookConfiguration",
};
/** What not every cluster has, each asked for by itself: the Gateway API, cert-manager, External Secrets. */
const extensions: readonly Readonly<Record<string, string>>[] = [
  {
    "gatewayclasses.gateway.networking.k8s.io": "GatewayClass",
    "gateways.gateway.networking.k8s.io": "Gateway",
    "httproutes.gateway.networking.k8s.io": "HTTPRoute",
  },
  {
    "certificates.cert-manager.io": "Certificate",
    "certificaterequests.cert-manager.io": "CertificateRequest",
    "issuers.cert-manager.io": "Issuer",
    "clusterissuers.cert-manager.io": "ClusterIssuer",
  },
  {
    "externalsecrets.external-secrets.io": "ExternalSecret",
    "secretstores.external-secrets.io": "SecretStore",
    "clustersecretstores.external-secrets.io": "ClusterSecretStore",
  },
];

/** Lines of a log that are read, from its end. */
const logLines = 200;
/** Containers whose logs are read: those that are not well, the first few of them. */
const mostLogs = 12;
/** Namespaces beside those that are asked for whose pods are read. */
const mostPeers = 10;

/**
 * Reads what triage needs of a live cluster with kubectl, and only reads. What this user may not list is left out: nothing is then said about it. The
 * values of secrets are dropped at once. Services and labels of other namespaces are read too: names of hosts lead there.
 *
 * Throws `missing` without kubectl, `unreachable` where the cluster does not answer.
 */
export async function readLiveSnapshot(access: ClusterAccess, namespaces: readonly string[]): Promise<Snapshot> {
  const [first = "default", ...others] = namespaces;
  const lists = await Promise.all([
    ...[first, ...others].map((namespace) => getAll(access, Object.keys(inNamespace), ["--namespace", namespace])),
    getAll(access, Object.keys(clusterWide), []),
    getAll(access, ["services"], ["--all-namespaces"]),
    ...extensions.map((kinds) => getAll(access, Object.keys(kinds), ["--all-namespaces"])),
  ]);
  const peers = peerNamespaces(lists.flatMap(({ found }) => found)).filter((one) => !namespaces.includes(one));
  lists.push(...(await Promise.all(peers.slice(0, mostPeers).map((namespace) => getAll(access, ["pods"], ["--namespace", namespace])))));
  const objects = [
    ...new Map(
      lists.flatMap(({ found }) => found).map((object) => [`${object.kind}/${object.namespace ?? ""}/${object.name}`, object]),
    ).values(),
  ];
  const denied = new Set(lists.flatMap((list) => list.denied));
  const read = new Set(
    Object.entries(Object.assign({}, inNamespace, clusterWide, ...extensions) as Readonly<Record<string, string>>).flatMap(
      ([resource, kind]) => (denied.has(resource.split(".")[0] ?? "") ? [] : [kind]),
    ),
  );
  const logs = await readLogs(access, objects);
  return createSnapshot({
    now: Date.now(),
    objects,
    covers: (kind) => read.has(kind),
    log: ({ namespace, pod, container, previous }) => logs.get(logKey(namespace, pod, container, previous)),
  });
}

/** Other namespaces whose pods a network policy speaks of: without them it would seem to admit nobody. */
function peerNamespaces(objects: readonly KubeObject[]): readonly string[] {
  const named = objects.filter(({ kind }) => kind === "Namespace");
  const rules = objects
    .filter(({ kind }) => kind === "NetworkPolicy")
    .flatMap(({ json }) => [...listAt(json, "spec", "ingress"), ...listAt(json, "spec", "egress")]);
  const peers = rules.flatMap((rule) => [...listAt(rule, "from"), ...listAt(rule, "to")]);
  const selectors = peers.flatMap((peer) => valueAt(peer, "namespaceSelector") ?? []);
  const chosen = named.filter(({ json }) => selectors.some((selector) => matchesSelector(selector, labelsOf(json))));
  return [...new Set(chosen.map(({ name }) => name))];
}

interface Listed {
  readonly found: readonly KubeObject[];
  /** Resources that could not be listed. */
  readonly denied: readonly string[];
}

async function getAll(access: ClusterAccess, resources: readonly string[], scope: readonly string[]): Promise<Listed> {
  const args = ["get", resources.join(","), ...scope, "--output", "json", "--ignore-not-found"];
  const { code, stdout, stderr } = await runKubectl(access, args);
  const denied = [...stderr.matchAll(/Error from server \(Forbidden\): ([\w-]+)|doesn't have a resource type "([\w-]+)/g)].map(
    (match) => match[1] ?? match[2] ?? "",
  );
  const missing = stderr.includes("doesn't have a resource type") ? denied.slice(0, 1) : [];
  // Where one kind does not exist kubectl asks for none at all: ask for the others again.
  if (stdout.trim() === "" && missing[0] !== undefined) {
    const rest = resources.filter((resource) => !resource.startsWith(missing[0] ?? " "));
    if (rest.length > 0 && rest.length < resources.length) {
      const again = await getAll(access, rest, scope);
      return { ...again, denied: [...again.denied, ...missing] };
    }
  }
  if (code !== 0 && denied.length === 0)
    throw new CloisterError(
      "unreachable",
      `kubectl cannot read the cluster: ${stderr.trim().split("\n").at(-1) ?? `exit status ${code}`}`,
      {
        hint: "kubectl get pods   (with the same kubeconfig and context)",
      },
    );
  return { found: stdout.trim() === "" ? [] : readObjects(JSON.parse(stdout) as JsonValue).map(withoutSecrets), denied };
}

/** A secret with its keys and without its values. */
function withoutSecrets(object: KubeObject): KubeObject {
  if (object.kind !== "Secret") return object;
  const keys = (member: string): Record<string, string> =>
    Object.fromEntries(Object.keys(objectAt(object.json, member)).map((key) => [key, ""]));
  const { annotations: _, ...metadata } = objectAt(object.json, "metadata");
  return { ...object, json: { ...object.json, metadata, ...(isObject(object.json["data"]) ? { data: keys("data") } : {}) } };
}

async function readLogs(access: ClusterAccess, objects: readonly KubeObject[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const wanted = objects
    .filter((object) => object.kind === "Pod" && !isReady(object) && textAt(object.json, "spec", "nodeName") !== undefined)
    .flatMap((pod) =>
      statesOf(pod)
        .filter(({ ready, waiting }) => !ready && (waiting === undefined || waiting.reason === "CrashLoopBackOff"))
        .flatMap(({ name, restarts }) =>
          [false, true]
            .filter((previous) => !previous || restarts > 0)
            .map((previous) => ({ namespace: pod.namespace ?? "", pod: pod.name, container: name, previous })),
        ),
    )
    .slice(0, mostLogs);
  const logs = new Map<string, readonly string[]>();
  await Promise.all(
    wanted.map(async (ref) => {
      const args = [
        "logs",
        ref.pod,
        "--namespace",
        ref.namespace,
        "--container",
        ref.container,
        `--tail=${logLines}`,
        ...(ref.previous ? ["--previous"] : []),
      ];
      const { code, stdout } = await runKubectl(access, args);
      if (code === 0)
        logs.set(
          logKey(ref.namespace, ref.pod, ref.container, ref.previous),
          stdout.split("\n").filter((line) => line !== ""),
        );
    }),
  );
  return logs;
}

/** kubectl against the cluster that the access names, with a bound on each request. Throws what `runProgram` throws. */
export function runKubectl({ kubeconfig, context, env, signal }: ClusterAccess, args: readonly string[]): Promise<ProgramResult> {
  const which = [
    ...(kubeconfig === undefined ? [] : ["--kubeconfig", kubeconfig]),
    ...(context === undefined ? [] : ["--context", context]),
  ];
  return runProgram("kubectl", [...which, "--request-timeout=30s", ...args], { env, signal });
}
