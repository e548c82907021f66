// Workloads and what their controllers make of them: revisions, pods, jobs, with statuses that agree with one another.
import { podSpec, withDefaults } from "./defaults.mjs";
import { completed, running } from "./states.mjs";
import { secondsOf, suffixOf, uidOf } from "./names.mjs";

const ownerOf = (object) => [
  {
    apiVersion: object.apiVersion,
    blockOwnerDeletion: true,
    controller: true,
    kind: object.kind,
    name: object.metadata.name,
    uid: object.metadata.uid,
  },
];

/** Whether an object's pods are ready, as its condition says it. */
const readyOf = (pod) => pod.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;

/**
 * Deployment → ReplicaSets → Pods. `about`: `{ age, revisions: [{ ago, change?, pods?, desired?, failedCreate?, stoppedAgo?, scaled?, gone? }] }`; the last
 * revision is the manifest itself. `{set}` in `failedCreate` is the replica set's name. `scaled`: `[{ ago, from, to }]` in place of one step; `gone`: a list
 * of events for each pod that is there no more.
 */
export function addDeployment(world, live, about) {
  const { clock } = world;
  const { namespace, name } = live.metadata;
  const age = secondsOf(about.age ?? world.age);
  const revisions = about.revisions ?? [{ ago: about.age ?? world.age }];
  const replicas = live.spec.replicas;
  const all = [];
  let newest;
  revisions.forEach((revision, index) => {
    const last = index === revisions.length - 1;
    const ago = secondsOf(revision.ago);
    const template = structuredClone(live.spec.template);
    revision.change?.(template);
    const hash = suffixOf(`${namespace}/${name} revision ${index} ${JSON.stringify(template.spec)}`, 9);
    template.metadata = { ...template.metadata, labels: { ...template.metadata.labels, "pod-template-hash": hash } };
    const wanted = revision.pods ?? (last ? Array.from({ length: replicas }, () => ({})) : []);
    const set = world.add({
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: {
        annotations: {
          "deployment.kubernetes.io/desired-replicas": String(replicas),
          "deployment.kubernetes.io/max-replicas": String(replicas + Math.ceil(replicas / 4)),
          "deployment.kubernetes.io/revision": String(revision.number ?? index + 1),
        },
        labels: template.metadata.labels,
        name: `${name}-${hash}`,
        namespace,
        ownerReferences: ownerOf(live),
      },
      ago,
      spec: {
        replicas: revision.desired ?? wanted.length,
        selector: { matchLabels: { ...live.spec.selector.matchLabels, "pod-template-hash": hash } },
        template,
      },
    });
    const pods = wanted.map((pod, at) => addPod(world, set, template, { age: pod.age ?? ago - 1, generate: true, index: at, ...pod }));
    for (const [at, events] of (revision.gone ?? []).entries()) {
      const pod = `${set.metadata.name}-${suffixOf(`${namespace}/${set.metadata.name} gone ${at}`, 5)}`;
      const metadata = { namespace, name: pod, uid: uidOf(`Pod/${namespace}/${pod}`), resourceVersion: clock.version(ago) };
      for (const event of events)
        world.event({ apiVersion: "v1", kind: "Pod", metadata, spec: { nodeName: world.place(pod).name } }, event);
    }
    const ready = pods.filter(readyOf).length;
    set.status = {
      ...(ready > 0 && { availableReplicas: ready }),
      ...(pods.length > 0 && { fullyLabeledReplicas: pods.length }),
      observedGeneration: 1,
      ...(ready > 0 && { readyReplicas: ready }),
      replicas: pods.length,
    };
    const refused = revision.failedCreate?.replaceAll("{set}", set.metadata.name);
    if (refused) {
      set.status.conditions = [
        {
          lastTransitionTime: clock.stamp(ago),
          message: refused,
          reason: "FailedCreate",
          status: "True",
          type: "ReplicaFailure",
        },
      ];
      world.event(set, {
        type: "Warning",
        reason: "FailedCreate",
        message: `Error creating: ${refused}`,
        ago: 20,
        first: Math.min(ago, 3400),
        count: 14,
        from: "replicaset-controller",
      });
    }
    const scale = (from, to, at) =>
      world.event(live, {
        reason: "ScalingReplicaSet",
        message: `Scaled ${to > from ? "up" : "down"} replica set ${name}-${hash} from ${from} to ${to}`,
        ago: at,
        from: "deployment-controller",
      });
    if (revision.stoppedAgo) scale(replicas, 0, revision.stoppedAgo);
    for (const step of revision.scaled ?? (ago < 3600 && set.spec.replicas > 0 ? [{ ago, from: 0, to: set.spec.replicas }] : []))
      scale(step.from, step.to, step.ago);
    all.push(...pods);
    if (last) newest = { set, pods, ago, refused };
  });
  const ready = all.filter(readyOf).length;
  const available = ready >= replicas;
  const progressing = newest.pods.length > 0 && newest.pods.every(readyOf) && newest.pods.length >= replicas;
  const stalled =
    !progressing && newest.ago > live.spec.progressDeadlineSeconds && (all.length > newest.pods.length || newest.refused !== undefined);
  live.metadata.annotations = {
    "deployment.kubernetes.io/revision": String(revisions.at(-1).number ?? revisions.length),
    ...live.metadata.annotations,
  };
  live.status = {
    ...(ready > 0 && { availableReplicas: ready }),
    conditions: [
      {
        lastTransitionTime: clock.stamp(available ? age : newest.ago),
        lastUpdateTime: clock.stamp(newest.ago),
        message: available ? "Deployment has minimum availability." : "Deployment does not have minimum availability.",
        reason: available ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
        status: available ? "True" : "False",
        type: "Available",
      },
      {
        lastTransitionTime: clock.stamp(stalled ? newest.ago - live.spec.progressDeadlineSeconds : age),
        lastUpdateTime: clock.stamp(newest.ago),
        message: stalled
          ? `ReplicaSet "${newest.set.metadata.name}" has timed out progressing.`
          : progressing
            ? `ReplicaSet "${newest.set.metadata.name}" has successfully progressed.`
            : `ReplicaSet "${newest.set.metadata.name}" is progressing.`,
        reason: stalled ? "ProgressDeadlineExceeded" : progressing ? "NewReplicaSetAvailable" : "ReplicaSetUpdated",
        status: stalled ? "False" : "True",
        type: "Progressing",
      },
      ...(newest.refused === undefined
        ? []
        : [
            {
              lastTransitionTime: clock.stamp(newest.ago),
              lastUpdateTime: clock.stamp(newest.ago),
              message: newest.refused,
              reason: "FailedCreate",
              status: "True",
              type: "ReplicaFailure",
            },
          ]),
    ],
    observedGeneration: revisions.length,
    ...(ready > 0 && { readyReplicas: ready }),
    ...(all.length > 0 && { replicas: all.length }),
    ...(all.length - ready > 0 || !available ? { unavailableReplicas: Math.max(all.length, replicas) - ready } : {}),
    ...(newest.pods.length > 0 && { updatedReplicas: newest.pods.length }),
  };
  live.metadata.generation = revisions.length;
}

/** StatefulSet → Pods `name-0`, …; a pod that is not ready keeps the ones behind it from being made: leave those out of `pods`. */
export function addStatefulSet(world, live, about) {
  const { namespace, name } = live.metadata;
  const hash = `${name}-${suffixOf(`${namespace}/${name}`, 9)}`;
  const wanted = about.pods ?? Array.from({ length: live.spec.replicas }, () => ({}));
  const pods = wanted.map((pod, index) => {
    const template = structuredClone(live.spec.template);
    template.metadata.labels = {
      ...template.metadata.labels,
      "apps.kubernetes.io/pod-index": String(index),
      "controller-revision-hash": hash,
      "statefulset.kubernetes.io/pod-name": `${name}-${index}`,
    };
    const claims = (live.spec.volumeClaimTemplates ?? []).map((claim) => ({
      name: claim.metadata.name,
      persistentVolumeClaim: { claimName: `${claim.metadata.name}-${name}-${index}` },
    }));
    template.spec.volumes = [...(template.spec.volumes ?? []), ...claims];
    return addPod(world, live, template, { age: about.age ?? world.age, name: `${name}-${index}`, ...pod });
  });
  const ready = pods.filter(readyOf).length;
  live.status = {
    availableReplicas: ready,
    collisionCount: 0,
    currentReplicas: pods.length,
    currentRevision: hash,
    observedGeneration: 1,
    ...(ready > 0 && { readyReplicas: ready }),
    replicas: pods.length,
    updateRevision: hash,
    updatedReplicas: pods.length,
  };
}

/** DaemonSet → a pod on each node that `nodes` names. */
export function addDaemonSet(world, live, about) {
  const hash = suffixOf(`${live.metadata.namespace}/${live.metadata.name}`, 9);
  live.metadata.annotations = { "deprecated.daemonset.template.generation": "1", ...live.metadata.annotations };
  const template = structuredClone(live.spec.template);
  template.metadata.labels = { ...template.metadata.labels, "controller-revision-hash": hash, "pod-template-generation": "1" };
  const pods = (about.nodes ?? world.nodeNames).map((node, index) =>
    addPod(world, live, template, { age: about.age ?? world.age, generate: true, index, node, ...about.pods?.[index] }),
  );
  const ready = pods.filter(readyOf).length;
  live.status = {
    currentNumberScheduled: pods.length,
    desiredNumberScheduled: pods.length,
    numberAvailable: ready,
    numberMisscheduled: 0,
    numberReady: ready,
    observedGeneration: 1,
    updatedNumberScheduled: pods.length,
  };
}

/** CronJob → Jobs → Pods. `about.jobs`: `[{ ago, change?, state?, log?, took?, failed? }]`, oldest first; `change(spec)` makes an older job's spec of the present one. */
export function addCronJob(world, live, about) {
  const { clock } = world;
  const { namespace, name } = live.metadata;
  const jobs = about.jobs ?? [{ ago: "9h" }];
  for (const job of jobs) {
    const ago = secondsOf(job.ago);
    const minutes = Math.floor((Date.parse(clock.recordedAt) / 1000 - ago) / 60);
    const spec = structuredClone(live.spec.jobTemplate.spec);
    job.change?.(spec);
    const made = world.add({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: {
        annotations: { "batch.kubernetes.io/cronjob-scheduled-timestamp": clock.stamp(ago) },
        name: `${name}-${minutes}`,
        namespace,
        ownerReferences: ownerOf(live),
      },
      ago,
      spec,
    });
    addJob(world, made, { ...job, age: ago });
  }
  const done = jobs.filter(({ failed, state }) => !failed && !state);
  live.status = {
    ...(jobs.length > 0 && { lastScheduleTime: clock.stamp(jobs.at(-1).ago) }),
    ...(done.length > 0 && { lastSuccessfulTime: clock.stamp(secondsOf(done.at(-1).ago) - secondsOf(done.at(-1).took ?? 24)) }),
  };
}

/**
 * Job → its pods. `about`: `{ age, pods?: [...], state?, log?, took?: seconds, failed?: message, reason?, failedAgo?, failures? }`; a job that its
 * deadline ended has no pods any more (`pods: []`), only how many there were (`failures`).
 */
export function addJob(world, live, about) {
  const { clock } = world;
  const { name } = live.metadata;
  const age = secondsOf(about.age ?? world.age);
  const uid = live.metadata.uid;
  const labels = {
    "batch.kubernetes.io/controller-uid": uid,
    "batch.kubernetes.io/job-name": name,
    "controller-uid": uid,
    "job-name": name,
  };
  live.spec = {
    backoffLimit: 6,
    completionMode: "NonIndexed",
    completions: 1,
    manualSelector: false,
    parallelism: 1,
    podReplacementPolicy: "TerminatingOrFailed",
    suspend: false,
    ...live.spec,
    selector: { matchLabels: { "batch.kubernetes.io/controller-uid": uid } },
  };
  live.spec.template.metadata = { ...live.spec.template.metadata, labels: { ...live.spec.template.metadata?.labels, ...labels } };
  // A job without labels of its own gets those of its pods from the API server.
  live.metadata.labels ??= { ...live.spec.template.metadata.labels };
  const done = completed();
  const wanted = about.pods ?? [{ state: about.state ?? done, log: about.log, previousLog: about.previousLog }];
  const pods = wanted.map((pod, index) => addPod(world, live, live.spec.template, { age: pod.age ?? age, generate: true, index, ...pod }));
  const end = Math.max(0, age - secondsOf(about.took ?? 24));
  const succeeded = pods.filter(({ status }) => status.phase === "Succeeded").length;
  const failed = about.failures ?? pods.filter(({ status }) => status.phase === "Failed").length;
  live.status = {
    ...(succeeded > 0 && { completionTime: clock.stamp(end), succeeded }),
    ...(succeeded > 0 && {
      conditions: [{ lastProbeTime: clock.stamp(end), lastTransitionTime: clock.stamp(end), status: "True", type: "Complete" }],
    }),
    ...(about.failed && {
      conditions: [
        {
          lastProbeTime: clock.stamp(about.failedAgo ?? 60),
          lastTransitionTime: clock.stamp(about.failedAgo ?? 60),
          message: about.failed,
          reason: about.reason ?? "BackoffLimitExceeded",
          status: "True",
          type: "Failed",
        },
      ],
    }),
    ...(failed > 0 && { failed }),
    ...(succeeded === 0 && !about.failed && { active: pods.length - failed }),
    ready: 0,
    startTime: clock.stamp(age),
    uncountedTerminatedPods: {},
  };
}

/** A pod of its own (`about.state`, `log`, …) or of a workload. */
export function addPod(world, owner, template, about) {
  const age = secondsOf(about.age);
  const base = owner.metadata.name;
  const { namespace } = owner.metadata;
  const name = about.name ?? `${base}-${suffixOf(`${namespace}/${base} pod ${about.index ?? 0}`, 5)}`;
  const uid = uidOf(`Pod/${namespace}/${name}`);
  const access = `kube-api-access-${suffixOf(`${namespace}/${name} access`, 5)}`;
  const account = template.spec.serviceAccountName ?? "default";
  const node = about.pending === undefined ? placeOf(world, about.node, `${namespace}/${name}`) : undefined;
  const mount = { mountPath: "/var/run/secrets/kubernetes.io/serviceaccount", name: access, readOnly: true };
  const mounted = (container) => ({ ...container, volumeMounts: [...(container.volumeMounts ?? []), mount] });
  const full = podSpec(template.spec, template.spec.restartPolicy ?? "Always");
  const pod = world.add({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...(about.generate && { generateName: `${base}-` }),
      labels: template.metadata?.labels ?? {},
      ...(template.metadata?.annotations && { annotations: template.metadata.annotations }),
      name,
      namespace,
      ownerReferences: ownerOf(owner),
    },
    uid,
    ago: age,
    spec: {
      enableServiceLinks: true,
      preemptionPolicy: "PreemptLowerPriority",
      priority: 0,
      ...full,
      ...(full.initContainers && { initContainers: full.initContainers.map(mounted) }),
      containers: full.containers.map(mounted),
      ...(node && { nodeName: node.name }),
      serviceAccount: account,
      serviceAccountName: account,
      tolerations: [
        ...(full.tolerations ?? []),
        { effect: "NoExecute", key: "node.kubernetes.io/not-ready", operator: "Exists", tolerationSeconds: 300 },
        { effect: "NoExecute", key: "node.kubernetes.io/unreachable", operator: "Exists", tolerationSeconds: 300 },
      ],
      volumes: [
        ...(full.volumes ?? []),
        {
          name: access,
          projected: {
            defaultMode: 420,
            sources: [
              { serviceAccountToken: { expirationSeconds: 3607, path: "token" } },
              { configMap: { items: [{ key: "ca.crt", path: "ca.crt" }], name: "kube-root-ca.crt" } },
              { downwardAPI: { items: [{ fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" }, path: "namespace" }] } },
            ],
          },
        },
      ],
    },
  });
  pod.status = podStatus(world, pod, { ...about, age, node });
  const logs = { log: about.log, previousLog: about.previousLog, ...about.logs };
  const first = pod.spec.containers[0].name;
  if (logs.log) world.log(pod, first, false, logs.log);
  if (logs.previousLog) world.log(pod, first, true, logs.previousLog);
  for (const [container, lines] of Object.entries(about.containerLogs ?? {})) world.log(pod, container, false, lines);
  for (const [container, lines] of Object.entries(about.previousContainerLogs ?? {})) world.log(pod, container, true, lines);
  return pod;
}

/** The node of a pod: the one that is given, by its name too, or any that takes pods. */
function placeOf(world, node, name) {
  if (typeof node !== "string") return node ?? world.place(name);
  const named = world.nodeNames.find((one) => one.name === node);
  if (named === undefined) throw new Error(`there is no node ${node}`);
  return named;
}

function podStatus(world, pod, { age, node, pending, state, init = [], states = {}, events = [], readyAgo }) {
  const { clock } = world;
  const at = { uid: pod.metadata.uid, name: pod.metadata.name, namespace: pod.metadata.namespace };
  const qosClass = qosOf(pod.spec.containers);
  const ip = node && world.address(node, `${at.namespace}/${at.name}`);
  // `{ip}` in a message is the pod's own address, which an author does not know.
  const tell = (event) => world.event(pod, { ...event, message: event.message.replaceAll("{ip}", ip ?? "") });
  for (const event of events) tell(event);
  if (pending !== undefined) {
    world.event(pod, {
      type: "Warning",
      reason: "FailedScheduling",
      message: pending,
      ago: Math.min(70, age),
      first: Math.min(age, 3400),
      count: 9,
      from: "default-scheduler",
    });
    return {
      conditions: [
        {
          lastProbeTime: null,
          lastTransitionTime: clock.stamp(age),
          message: pending,
          reason: "Unschedulable",
          status: "False",
          type: "PodScheduled",
        },
      ],
      phase: "Pending",
      qosClass,
    };
  }
  const make = (container, chosen, initial) =>
    (chosen ?? (initial ? completed({ ago: Math.max(0, age - 3), ran: 1 }) : running()))({ pod: at, container, clock, age });
  const initial = (pod.spec.initContainers ?? []).map((container, index) => make(container, states[container.name] ?? init[index], true));
  const stuck = initial.some(({ status }) => status.state.terminated?.exitCode !== 0);
  const main = pod.spec.containers.map((container, index) =>
    make(container, states[container.name] ?? (index === 0 ? state : undefined) ?? (stuck ? waitingForInit : undefined), false),
  );
  for (const made of [...initial, ...main]) for (const event of made.events) tell(event);
  if (age < 3600)
    world.event(pod, {
      type: "Normal",
      reason: "Scheduled",
      message: `Successfully assigned ${at.namespace}/${at.name} to ${node.name}`,
      ago: age,
      from: "default-scheduler",
    });
  const ready = !stuck && main.every((one) => one.ready) && main.every((one) => one.status.state.running !== undefined);
  const finished = main.every((one) => one.phase === "Succeeded" || one.phase === "Failed");
  const phase = finished
    ? main.every((one) => one.phase === "Succeeded")
      ? "Succeeded"
      : "Failed"
    : stuck
      ? "Pending"
      : (main.find((one) => one.phase === "Pending")?.phase ?? "Running");
  const unready = main.filter((one) => !one.ready).map(({ status }) => status.name);
  const why = finished
    ? { reason: phase === "Succeeded" ? "PodCompleted" : "PodFailed" }
    : { message: `containers with unready status: [${unready.join(" ")}]`, reason: "ContainersNotReady" };
  const startedAgo = main.map(({ status }) => clock.since(status.state.running?.startedAt));
  const steady = world.steady && ready ? Math.max(0, Math.min(...startedAgo) - 4) : Math.min(age, 40);
  const turned = readyAgo === undefined ? steady : secondsOf(readyAgo);
  const condition = (type, ok, since, more = {}) => ({
    lastProbeTime: null,
    lastTransitionTime: clock.stamp(since),
    ...(ok ? {} : more),
    status: ok ? "True" : "False",
    type,
  });
  const incomplete = {
    message: `containers with incomplete status: [${initial
      .filter(({ status }) => status.state.terminated?.exitCode !== 0)
      .map(({ status }) => status.name)
      .join(" ")}]`,
    reason: "ContainersNotInitialized",
  };
  return {
    conditions: [
      condition("PodReadyToStartContainers", !finished, age - 1),
      condition("Initialized", !stuck, age - 1, incomplete),
      condition("Ready", ready, turned, why),
      condition("ContainersReady", ready, turned, why),
      condition("PodScheduled", true, age),
    ],
    containerStatuses: main.map(({ status }) => status),
    ...(initial.length > 0 && { initContainerStatuses: initial.map(({ status }) => status) }),
    hostIP: node.ip,
    hostIPs: [{ ip: node.ip }],
    phase,
    podIP: ip,
    podIPs: [{ ip }],
    qosClass,
    startTime: clock.stamp(age),
  };
}

const waitingForInit = ({ container }) => ({
  ready: false,
  phase: "Pending",
  status: {
    image: container.image,
    imageID: "",
    lastState: {},
    name: container.name,
    ready: false,
    restartCount: 0,
    started: false,
    state: { waiting: { reason: "PodInitializing" } },
  },
  events: [],
});

function qosOf(containers) {
  const parts = containers.map(({ resources = {} }) => resources);
  if (parts.every(({ limits, requests }) => !limits && !requests)) return "BestEffort";
  const same = parts.every(({ limits = {}, requests = limits }) =>
    ["cpu", "memory"].every((name) => limits[name] && (requests[name] ?? limits[name]) === limits[name]),
  );
  return same ? "Guaranteed" : "Burstable";
}

export const controllers = {
  Deployment: addDeployment,
  StatefulSet: addStatefulSet,
  DaemonSet: addDaemonSet,
  CronJob: addCronJob,
  Job: addJob,
};
export { withDefaults };
