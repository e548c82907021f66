/** A kind of object as the API names it. `group` is empty for the core group. */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  /** Plural, as in paths. */
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** False for what the folder has beyond Kubernetes' own kinds: a custom resource, printed generically. */
  readonly builtIn: boolean;
  /** How a custom resource's definition says that it is shown; absent where it says nothing. */
  readonly columns?: readonly CustomColumn[] | undefined;
}

/** One of a definition's `additionalPrinterColumns`. */
export interface CustomColumn {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
  readonly jsonPath: string;
}

type Row = readonly [resource: string, kind: string, scope: "namespaced" | "cluster", shortNames?: string, categories?: string];

/** Kubernetes' own kinds, the order of groups as an API server lists them: a name that two groups have means the first. */
const builtIn: Readonly<Record<string, readonly Row[]>> = {
  "/v1": [
    ["bindings", "Binding", "namespaced"],
    ["componentstatuses", "ComponentStatus", "cluster", "cs"],
    ["configmaps", "ConfigMap", "namespaced", "cm"],
    ["endpoints", "Endpoints", "namespaced", "ep"],
    ["events", "Event", "namespaced", "ev"],
    ["limitranges", "LimitRange", "namespaced", "limits"],
    ["namespaces", "Namespace", "cluster", "ns"],
    ["nodes", "Node", "cluster", "no"],
    ["persistentvolumeclaims", "PersistentVolumeClaim", "namespaced", "pvc"],
    ["persistentvolumes", "PersistentVolume", "cluster", "pv"],
    ["pods", "Pod", "namespaced", "po", "all"],
    ["podtemplates", "PodTemplate", "namespaced"],
    ["replicationcontrollers", "ReplicationController", "namespaced", "rc", "all"],
    ["resourcequotas", "ResourceQuota", "namespaced", "quota"],
    ["secrets", "Secret", "namespaced"],
    ["serviceaccounts", "ServiceAccount", "namespaced", "sa"],
    ["services", "Service", "namespaced", "svc", "all"],
  ],
  "apiregistration.k8s.io/v1": [["apiservices", "APIService", "cluster", "", "api-extensions"]],
  "apps/v1": [
    ["controllerrevisions", "ControllerRevision", "namespaced"],
    ["daemonsets", "DaemonSet", "namespaced", "ds", "all"],
    ["deployments", "Deployment", "namespaced", "deploy", "all"],
    ["replicasets", "ReplicaSet", "namespaced", "rs", "all"],
    ["statefulsets", "StatefulSet", "namespaced", "sts", "all"],
  ],
  "events.k8s.io/v1": [["events", "Event", "namespaced", "ev"]],
  "authentication.k8s.io/v1": [
    ["selfsubjectreviews", "SelfSubjectReview", "cluster"],
    ["tokenreviews", "TokenReview", "cluster"],
  ],
  "authorization.k8s.io/v1": [
    ["localsubjectaccessreviews", "LocalSubjectAccessReview", "namespaced"],
    ["selfsubjectaccessreviews", "SelfSubjectAccessReview", "cluster"],
    ["selfsubjectrulesreviews", "SelfSubjectRulesReview", "cluster"],
    ["subjectaccessreviews", "SubjectAccessReview", "cluster"],
  ],
  "autoscaling/v2": [["horizontalpodautoscalers", "HorizontalPodAutoscaler", "namespaced", "hpa", "all"]],
  "batch/v1": [
    ["cronjobs", "CronJob", "namespaced", "cj", "all"],
    ["jobs", "Job", "namespaced", "", "all"],
  ],
  "certificates.k8s.io/v1": [["certificatesigningrequests", "CertificateSigningRequest", "cluster", "csr"]],
  "networking.k8s.io/v1": [
    ["ingressclasses", "IngressClass", "cluster"],
    ["ingresses", "Ingress", "namespaced", "ing"],
    ["networkpolicies", "NetworkPolicy", "namespaced", "netpol"],
  ],
  "policy/v1": [["poddisruptionbudgets", "PodDisruptionBudget", "namespaced", "pdb"]],
  "rbac.authorization.k8s.io/v1": [
    ["clusterrolebindings", "ClusterRoleBinding", "cluster"],
    ["clusterroles", "ClusterRole", "cluster"],
    ["rolebindings", "RoleBinding", "namespaced"],
    ["roles", "Role", "namespaced"],
  ],
  "storage.k8s.io/v1": [
    ["csidrivers", "CSIDriver", "cluster"],
    ["csinodes", "CSINode", "cluster"],
    ["csistoragecapacities", "CSIStorageCapacity", "namespaced"],
    ["storageclasses", "StorageClass", "cluster", "sc"],
    ["volumeattachments", "VolumeAttachment", "cluster"],
  ],
  "admissionregistration.k8s.io/v1": [
    ["mutatingwebhookconfigurations", "MutatingWebhookConfiguration", "cluster", "", "api-extensions"],
    ["validatingadmissionpolicies", "ValidatingAdmissionPolicy", "cluster", "", "api-extensions"],
    ["validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding", "cluster", "", "api-extensions"],
    ["validatingwebhookconfigurations", "ValidatingWebhookConfiguration", "cluster", "", "api-extensions"],
  ],
  "apiextensions.k8s.io/v1": [["customresourcedefinitions", "CustomResourceDefinition", "cluster", "crd,crds", "api-extensions"]],
  "scheduling.k8s.io/v1": [["priorityclasses", "PriorityClass", "cluster", "pc"]],
  "coordination.k8s.io/v1": [["leases", "Lease", "namespaced"]],
  "node.k8s.io/v1": [["runtimeclasses", "RuntimeClass", "cluster"]],
  "discovery.k8s.io/v1": [["endpointslices", "EndpointSlice", "namespaced"]],
  "flowcontrol.apiserver.k8s.io/v1": [
    ["flowschemas", "FlowSchema", "cluster"],
    ["prioritylevelconfigurations", "PriorityLevelConfiguration", "cluster"],
  ],
};

export const builtInTypes: readonly ResourceType[] = Object.entries(builtIn).flatMap(([groupVersion, rows]) => {
  const [group = "", version = ""] = groupVersion.split("/");
  return rows.map(([resource, kind, scope, shortNames = "", categories = ""]) => ({
    group,
    version,
    resource,
    singular: kind.toLowerCase(),
    kind,
    namespaced: scope === "namespaced",
    shortNames: shortNames === "" ? [] : shortNames.split(","),
    categories: categories === "" ? [] : categories.split(","),
    builtIn: true,
  }));
});

/** Kinds that hold nothing and are only ever posted: questions to the API server. */
export const reviewKinds: ReadonlySet<string> = new Set(
  builtInTypes.filter(({ group }) => group === "authentication.k8s.io" || group === "authorization.k8s.io").map(({ kind }) => kind),
);

export function groupVersionOf(type: Pick<ResourceType, "group" | "version">): string {
  return type.group === "" ? type.version : `${type.group}/${type.version}`;
}

/** `pods`, `deployments.apps`: a resource as the API's messages name it. */
export function qualifiedResource(type: Pick<ResourceType, "group" | "resource">): string {
  return type.group === "" ? type.resource : `${type.resource}.${type.group}`;
}

/** The key under which a type is looked up: group, version and plural. */
export function typeKey(type: Pick<ResourceType, "group" | "version" | "resource">): string {
  return `${type.group}/${type.version}/${type.resource}`;
}
