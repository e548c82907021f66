/** What may stand behind a key whose values Kubernetes lists; by key. */
export const listedValues: Readonly<Record<string, readonly string[]>> = {
  verbs: ["get", "list", "watch", "create", "update", "patch", "delete"],
  operator: ["Equal", "Exists", "In", "NotIn", "DoesNotExist"],
  effect: ["NoSchedule", "PreferNoSchedule", "NoExecute"],
  protocol: ["TCP", "UDP", "SCTP"],
  scheme: ["HTTP", "HTTPS"],
  pathType: ["Prefix", "Exact", "ImplementationSpecific"],
  imagePullPolicy: ["IfNotPresent", "Always", "Never"],
  restartPolicy: ["Always", "OnFailure", "Never"],
  concurrencyPolicy: ["Allow", "Forbid", "Replace"],
  accessModes: ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"],
  policyTypes: ["Ingress", "Egress"],
};

/** A key that may be new under a parent, and what it holds: one of some values, a number of at most so many digits, or a name. */
export type NewKey = { readonly key: string } & (
  | { readonly of: readonly string[] }
  | { readonly digits: number }
  | { readonly characters: string; readonly max: number }
);

const memory = ["64Mi", "128Mi", "256Mi", "512Mi", "1Gi", "2Gi", "4Gi"];
const cpu = ["50m", "100m", "250m", "500m", "1", "2"];
const name = { characters: "a-z0-9.-", max: 63 };
const probe: readonly NewKey[] = ["initialDelaySeconds", "periodSeconds", "timeoutSeconds", "failureThreshold"].map((key) => ({
  key,
  digits: 3,
}));
const resources: readonly NewKey[] = [
  { key: "memory", of: memory },
  { key: "cpu", of: cpu },
];

/** Keys of one line that a mending may need, from the schema of the kinds that hold the parent; by the parent's key. */
export const newKeys: Readonly<Record<string, readonly NewKey[]>> = {
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
  limits: resources,
  requests: resources,
  httpGet: [{ key: "scheme", of: listedValues["scheme"] ?? [] }],
  configMapKeyRef: [{ key: "optional", of: ["true"] }],
  secretKeyRef: [{ key: "optional", of: ["true"] }],
  matchLabels: [
    { key: "app", ...name },
    { key: "app.kubernetes.io/name", ...name },
  ],
  selector: [
    { key: "app", ...name },
    { key: "app.kubernetes.io/name", ...name },
  ],
  ports: [],
};

/** The same for the items of a list, by the list's key. */
export const newItemKeys: Readonly<Record<string, readonly NewKey[]>> = {
  tolerations: [
    { key: "operator", of: ["Exists", "Equal"] },
    { key: "value", ...name },
    { key: "effect", of: listedValues["effect"] ?? [] },
  ],
  ports: [
    { key: "name", ...name },
    { key: "targetPort", characters: "a-z0-9-", max: 15 },
    { key: "protocol", of: listedValues["protocol"] ?? [] },
  ],
  rules: [{ key: "resourceNames", characters: "a-z0-9., -", max: 80 }],
};
