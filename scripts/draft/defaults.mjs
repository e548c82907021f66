// What the API server adds to a manifest that is applied: enough for kubectl to show what it shows of a real cluster.

const probe = (value) =>
  value && {
    failureThreshold: 3,
    periodSeconds: 10,
    successThreshold: 1,
    timeoutSeconds: 1,
    ...value,
    ...(value.httpGet && { httpGet: { scheme: "HTTP", ...value.httpGet } }),
  };

function container(value) {
  const { image = "" } = value;
  const latest = !image.includes("@") && (!/:[^/]+$/.test(image) || image.endsWith(":latest"));
  const made = {
    imagePullPolicy: latest ? "Always" : "IfNotPresent",
    resources: {},
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    ...value,
  };
  if (value.env) made.env = value.env.map(variable);
  if (value.ports) made.ports = value.ports.map((port) => ({ protocol: "TCP", ...port }));
  for (const name of ["livenessProbe", "readinessProbe", "startupProbe"]) if (value[name]) made[name] = probe(value[name]);
  return made;
}

const variable = (value) => {
  const field = value.valueFrom?.fieldRef;
  return field === undefined ? value : { ...value, valueFrom: { ...value.valueFrom, fieldRef: { apiVersion: "v1", ...field } } };
};

const volume = (value) => {
  const made = { ...value };
  if (value.configMap) made.configMap = { defaultMode: 420, ...value.configMap };
  if (value.secret) made.secret = { defaultMode: 420, ...value.secret };
  return made;
};

export function podSpec(value, restartPolicy = "Always") {
  return {
    dnsPolicy: "ClusterFirst",
    restartPolicy,
    schedulerName: "default-scheduler",
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    ...(value.serviceAccountName && { serviceAccount: value.serviceAccountName }),
    ...value,
    ...(value.initContainers && { initContainers: value.initContainers.map(container) }),
    containers: (value.containers ?? []).map(container),
    ...(value.volumes && { volumes: value.volumes.map(volume) }),
  };
}

const template = (value, restartPolicy) => ({
  ...value,
  metadata: { creationTimestamp: null, ...value.metadata },
  spec: podSpec(value.spec, restartPolicy),
});

const jobSpec = (spec) => ({
  backoffLimit: 6,
  completionMode: "NonIndexed",
  completions: 1,
  parallelism: 1,
  suspend: false,
  ...spec,
  template: template(spec.template, "Never"),
});

/** The spec of each kind with its defaults; kinds that have none stay as they are written. */
const specs = {
  Deployment: (spec) => ({
    progressDeadlineSeconds: 600,
    replicas: 1,
    revisionHistoryLimit: 10,
    strategy: { rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" }, type: "RollingUpdate" },
    ...spec,
    template: template(spec.template),
  }),
  StatefulSet: (spec) => ({
    podManagementPolicy: "OrderedReady",
    replicas: 1,
    revisionHistoryLimit: 10,
    updateStrategy: { rollingUpdate: { partition: 0 }, type: "RollingUpdate" },
    persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
    ...spec,
    template: template(spec.template),
    ...(spec.volumeClaimTemplates && {
      volumeClaimTemplates: spec.volumeClaimTemplates.map((claim) => ({
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        ...claim,
        metadata: { creationTimestamp: null, ...claim.metadata },
        spec: { volumeMode: "Filesystem", ...claim.spec },
        status: { phase: "Pending" },
      })),
    }),
  }),
  DaemonSet: (spec) => ({
    revisionHistoryLimit: 10,
    updateStrategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 }, type: "RollingUpdate" },
    ...spec,
    template: template(spec.template),
  }),
  Job: jobSpec,
  CronJob: (spec) => ({
    concurrencyPolicy: "Allow",
    failedJobsHistoryLimit: 1,
    successfulJobsHistoryLimit: 3,
    suspend: false,
    ...spec,
    jobTemplate: {
      ...spec.jobTemplate,
      metadata: { creationTimestamp: null, ...spec.jobTemplate.metadata },
      spec: { ...spec.jobTemplate.spec, template: template(spec.jobTemplate.spec.template, "Never") },
    },
  }),
  Service: ({ publishNotReadyAddresses, ...spec }) => ({
    ...(publishNotReadyAddresses && { publishNotReadyAddresses }),
    internalTrafficPolicy: "Cluster",
    ipFamilies: ["IPv4"],
    ipFamilyPolicy: "SingleStack",
    sessionAffinity: "None",
    type: "ClusterIP",
    ...spec,
    ports: (spec.ports ?? []).map((port) => ({ protocol: "TCP", targetPort: port.port, ...port })),
  }),
  PersistentVolumeClaim: (spec) => ({ volumeMode: "Filesystem", ...spec }),
  NetworkPolicy: (spec) => ({ policyTypes: ["Ingress"], ...spec }),
};

export function withDefaults(manifest) {
  const make = specs[manifest.kind];
  return make === undefined || manifest.spec === undefined ? manifest : { ...manifest, spec: make(manifest.spec) };
}
