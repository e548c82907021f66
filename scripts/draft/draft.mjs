// Writes a scenario's `cluster/` from a draft: manifests, what became of their pods, a few events and logs. What a cluster's controllers
// would have made of it (revisions, statuses, endpoints, addresses, ids) is worked out here, so that it hangs together; the same draft
// gives the same files. `node scenarios/ID/draft.mjs` writes, with `--check` it compares.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAllDocuments, stringify } from "yaml";
import { backgroundObjects, defaultNodes, nodeObject } from "./background.mjs";
import { createClock, secondsOf, shareOf, suffixOf, uidOf } from "./names.mjs";
import { addPod, controllers, withDefaults } from "./workloads.mjs";

export * from "./states.mjs";

/**
 * `plan`: `{ recordedAt, serverVersion?, age, namespaces, nodes?, apply, about?, events?, steady? }`; `steady`: pods that are ready have been
 * so since they were started. `apply` lists manifests: objects, or paths of files and
 * folders from the scenario's own (`repo/deploy`). `about` says by `Kind/namespace/name` what is special: see `workloads.mjs` (`age`,
 * `revisions`, `pods`, `jobs`, `status`).
 */
export function draftCluster(scriptUrl, plan) {
  const folder = dirname(fileURLToPath(scriptUrl));
  const files = composeCluster(folder, plan);
  if (process.argv.includes("--check")) {
    const wrong = compare(join(folder, "cluster"), files);
    for (const line of wrong) console.error(line);
    process.exitCode = wrong.length === 0 ? 0 : 1;
    return;
  }
  rmSync(join(folder, "cluster"), { recursive: true, force: true });
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, "cluster", path)), { recursive: true });
    writeFileSync(join(folder, "cluster", path), text);
  }
}

/** The files of `cluster/`, by path. */
export function composeCluster(folder, plan) {
  const world = createWorld(plan);
  const about = plan.about ?? {};
  const used = new Set();
  const manifests = plan.apply.flatMap((entry) => (typeof entry === "string" ? readManifests(join(folder, entry)) : [entry]));
  for (const namespace of ["default", "kube-system", "kube-public", "kube-node-lease", ...plan.namespaces])
    addNamespace(world, namespace, plan);
  for (const manifest of [...backgroundObjects(), ...manifests]) {
    const ref = `${manifest.kind}/${manifest.metadata.namespace ?? ""}/${manifest.metadata.name}`.replace("//", "/");
    used.add(ref);
    apply(world, manifest, about[ref] ?? {});
  }
  const unknown = Object.keys(about).filter((ref) => !used.has(ref));
  if (unknown.length > 0) throw new Error(`about names what is not applied: ${unknown.join(", ")}`);
  for (const { object, ...event } of plan.events ?? []) world.event(world.find(object), event);
  addEndpoints(world);
  return world.files();
}

function apply(world, manifest, about) {
  const { status, ...rest } = about;
  const live = world.add({ ...withDefaults(structuredClone(manifest)), ago: rest.age ?? world.age });
  controllers[live.kind]?.(world, live, rest);
  if (live.kind === "Service") {
    if (live.spec.type !== "ExternalName" && live.spec.clusterIP === undefined) live.spec.clusterIP = world.clusterAddress(live);
    if (live.spec.clusterIP !== undefined) live.spec.clusterIPs = [live.spec.clusterIP];
    live.status = { loadBalancer: {} };
  }
  if (status !== undefined) live.status = { ...live.status, ...status };
}

function addNamespace(world, name, plan) {
  const own = plan.namespaces.includes(name);
  const ago = secondsOf(own ? plan.age : "240d");
  world.add({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { labels: { "kubernetes.io/metadata.name": name }, name },
    ago,
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Active" },
  });
  world.add({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: name }, ago });
  world.add({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "kube-root-ca.crt", namespace: name },
    ago,
    data: { "ca.crt": "-----BEGIN CERTIFICATE-----\n(left out of the recording)\n-----END CERTIFICATE-----\n" },
  });
}

/** Endpoints and their slices for every service with a selector, from the pods as they are. */
function addEndpoints(world) {
  for (const service of world.of("Service").filter(({ spec }) => spec.selector)) {
    const { namespace, name } = service.metadata;
    const selected = world
      .of("Pod")
      .filter((pod) => pod.metadata.namespace === namespace && pod.status.podIP && !["Succeeded", "Failed"].includes(pod.status.phase))
      .filter((pod) => Object.entries(service.spec.selector).every(([key, value]) => pod.metadata.labels[key] === value));
    const ready = (pod) => pod.status.conditions.some(({ type, status }) => type === "Ready" && status === "True");
    const portOf = ({ targetPort }, pod) =>
      typeof targetPort === "number"
        ? targetPort
        : pod?.spec.containers.flatMap(({ ports = [] }) => ports).find((port) => port.name === targetPort)?.containerPort;
    const ports = service.spec.ports
      .map((port) => ({ ...(port.name && { name: port.name }), port: portOf(port, selected[0]), protocol: port.protocol }))
      .filter(({ port }) => port !== undefined);
    const target = (pod) => ({ kind: "Pod", name: pod.metadata.name, namespace, uid: pod.metadata.uid });
    const address = (pod) => ({ ip: pod.status.podIP, nodeName: pod.spec.nodeName, targetRef: target(pod) });
    const [up, down] = [selected.filter(ready).map(address), selected.filter((pod) => !ready(pod)).map(address)];
    const { ago } = world.timeOf(service);
    const usable = selected.length > 0 && ports.length > 0;
    world.add({
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: {
        annotations: { "endpoints.kubernetes.io/last-change-trigger-time": world.clock.stamp(60) },
        ...(service.metadata.labels && { labels: service.metadata.labels }),
        name,
        namespace,
      },
      ago,
      ...(usable && { subsets: [{ ...(up.length > 0 && { addresses: up }), ...(down.length > 0 && { notReadyAddresses: down }), ports }] }),
    });
    world.add({
      addressType: "IPv4",
      apiVersion: "discovery.k8s.io/v1",
      endpoints: !usable
        ? []
        : selected.map((pod) => ({
            addresses: [pod.status.podIP],
            conditions: { ready: ready(pod), serving: ready(pod), terminating: false },
            nodeName: pod.spec.nodeName,
            targetRef: target(pod),
          })),
      kind: "EndpointSlice",
      metadata: {
        generateName: `${name}-`,
        labels: {
          ...service.metadata.labels,
          "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
          "kubernetes.io/service-name": name,
        },
        name: `${name}-${suffixOf(`slice ${namespace}/${name}`, 5)}`,
        namespace,
        ownerReferences: [
          { apiVersion: "v1", blockOwnerDeletion: true, controller: true, kind: "Service", name, uid: service.metadata.uid },
        ],
      },
      ago,
      // The API server gives a name, if an empty one, to each port of a slice; kubectl counts on it.
      ports: usable ? ports.map((port) => ({ name: "", ...port })) : [],
    });
  }
}

function createWorld(plan) {
  const clock = createClock(plan.recordedAt);
  const nodes = (plan.nodes ?? defaultNodes).map((node, index) => ({ ip: `10.0.0.${10 + index}`, index, ...node }));
  const objects = new Map();
  const times = new Map();
  const logs = new Map();
  const taken = new Set();
  let events = 0;
  const schedulable = nodes.filter(
    ({ taints = [], unschedulable }) => !unschedulable && !taints.some(({ effect }) => effect !== "PreferNoSchedule"),
  );
  const keyOf = ({ kind, metadata }) => `${kind}/${metadata.namespace ?? ""}/${metadata.name}`.replace("//", "/");

  const world = {
    clock,
    age: plan.age,
    steady: plan.steady ?? false,
    nodeNames: nodes,
    add({ ago, uid, ...object }) {
      const key = keyOf(object);
      if (objects.has(key)) throw new Error(`${key} is there twice`);
      const seconds = secondsOf(ago ?? plan.age);
      object.metadata = {
        ...object.metadata,
        creationTimestamp: clock.stamp(seconds),
        resourceVersion: clock.version(Math.min(seconds, 90)),
        uid: uid ?? uidOf(key),
      };
      objects.set(key, object);
      times.set(key, { ago: seconds });
      return object;
    },
    find(ref) {
      const found = objects.get(ref);
      if (found === undefined) throw new Error(`there is no ${ref}`);
      return found;
    },
    of: (kind) => [...objects.values()].filter((object) => object.kind === kind),
    timeOf: (object) => times.get(keyOf(object)),
    place: (name) => schedulable[Math.floor(shareOf(`place ${name}`) * schedulable.length)],
    address(node, name) {
      for (let salt = 0; ; salt++) {
        const ip = `10.244.${node.index}.${4 + Math.floor(shareOf(`address ${salt} ${name}`) * 240)}`;
        if (taken.has(ip)) continue;
        taken.add(ip);
        return ip;
      }
    },
    clusterAddress: (service) =>
      `10.96.${Math.floor(shareOf(`a ${keyOf(service)}`) * 250)}.${2 + Math.floor(shareOf(`b ${keyOf(service)}`) * 250)}`,
    /** `{ type, reason, message, ago, first?, count?, from? }`; `from` is a container or a controller. */
    event(object, { type = "Normal", reason, message, ago, first = ago, count = 1, from = "kubelet" }) {
      const { kind, apiVersion, metadata } = object;
      const [last, begin] = [secondsOf(ago), Math.max(secondsOf(first), secondsOf(ago))];
      const inPod = kind === "Pod" && !from.includes("scheduler") && from !== "kubelet";
      const component = kind === "Pod" && !from.includes("scheduler") ? "kubelet" : from;
      const host = component === "kubelet" ? (object.spec?.nodeName ?? "") : "";
      const namespace = metadata.namespace ?? "default";
      world.add({
        apiVersion: "v1",
        count,
        eventTime: null,
        firstTimestamp: clock.stamp(begin),
        involvedObject: {
          apiVersion,
          ...(inPod && {
            fieldPath: `spec.${object.spec.initContainers?.some(({ name }) => name === from) ? "initContainers" : "containers"}{${from}}`,
          }),
          kind,
          name: metadata.name,
          ...(metadata.namespace && { namespace: metadata.namespace }),
          resourceVersion: metadata.resourceVersion,
          uid: metadata.uid,
        },
        kind: "Event",
        lastTimestamp: clock.stamp(last),
        message,
        metadata: {
          name: `${metadata.name}.${uidOf(`event ${++events} ${metadata.name} ${message}`).replaceAll("-", "").slice(0, 16)}`,
          namespace,
        },
        reason,
        reportingComponent: component,
        reportingInstance: host,
        source: { component, ...(host && { host }) },
        type,
        ago: begin,
      });
    },
    /** `lines`: `[[ago, text], …]`, or texts, which then come a second apart up to now. */
    log(pod, container, previous, lines) {
      const path = `logs/${pod.metadata.namespace}/${pod.metadata.name}/${container}${previous ? "-previous" : ""}.log`;
      const timed = lines.map((line, index) =>
        typeof line === "string" ? [(lines.length - index) * 7 + (previous ? 300 : 3), line] : [secondsOf(line[0]), line[1]],
      );
      const sorted = timed.toSorted((a, b) => b[0] - a[0]);
      const stamps = sorted.map(([ago], index) => clock.fine(ago, `${path} ${index}`)).toSorted();
      logs.set(path, sorted.map(([, text], index) => `${stamps[index]} ${text}\n`).join(""));
    },
    files() {
      const files = new Map([["cluster.yaml", stringify({ recordedAt: plan.recordedAt, serverVersion: plan.serverVersion ?? "v1.31.4" })]]);
      const groups = new Map();
      for (const object of objects.values()) {
        const [group, version] = object.apiVersion.includes("/") ? object.apiVersion.split("/") : ["core", object.apiVersion];
        const path = `objects/${group}/${version}/${plural(object.kind)}.yaml`;
        groups.set(path, [...(groups.get(path) ?? []), object]);
      }
      for (const path of [...groups.keys()].sort())
        files.set(
          path,
          groups
            .get(path)
            .map((object) => stringify(object, { sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false }))
            .join("---\n"),
        );
      for (const [path, text] of logs) files.set(path, text);
      return files;
    },
  };
  for (const node of nodes) world.add({ ...nodeObject(node, clock), ago: node.age ?? "240d" });
  return world;
}

const irregular = {
  Endpoints: "endpoints",
  NetworkPolicy: "networkpolicies",
  Ingress: "ingresses",
  IngressClass: "ingressclasses",
  StorageClass: "storageclasses",
  PriorityClass: "priorityclasses",
  PodDisruptionBudget: "poddisruptionbudgets",
};
const plural = (kind) => irregular[kind] ?? `${kind.toLowerCase()}s`;

function readManifests(path) {
  const files =
    existsSync(path) && !/\.ya?ml$/.test(path)
      ? readdirSync(path)
          .sort()
          .map((name) => join(path, name))
      : [path];
  return files
    .filter((file) => /\.ya?ml$/.test(file) && !/kustomization\.ya?ml$/.test(file))
    .flatMap((file) => parseAllDocuments(readFileSync(file, "utf8")).map((document) => document.toJS()))
    .filter((object) => object !== null);
}

function compare(folder, files) {
  const wrong = [];
  const there = existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    : [];
  for (const path of there) if (!files.has(path)) wrong.push(`${path} is not in the draft`);
  for (const [path, text] of files) {
    if (!there.includes(path)) wrong.push(`${path} is missing`);
    else if (readFileSync(join(folder, path), "utf8") !== text) wrong.push(`${path} differs from the draft`);
  }
  return wrong;
}

export { addPod };
