import type { Analyzer, Candidate, Finding } from "../finding.ts";
import { eventsOf, statesOf } from "../container-state.ts";
import { type KubeObject, listAt, objectAt, refOf, textAt } from "../kube-object.ts";
import { distance } from "../near.ts";
import { perNamespace } from "../per-namespace.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";
import { type Container, containersOf, isOver, isReady, workloadsOf, type Workload } from "../workloads.ts";

const pullReasons: ReadonlySet<string> = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "RegistryUnavailable",
]);

/** Images that do not come: a tag or repository that the registry does not have, another architecture, no right to pull, a registry that nobody finds. */
export const findImages: Analyzer = (snapshot, namespace) => {
  const findings: Finding[] = [];
  for (const workload of workloadsOf(snapshot, namespace))
    for (const container of containersOf(workload)) {
      const image = textAt(container.json, "image");
      if (image === undefined) continue;
      const pods = workload.pods.filter((pod) => !isOver(pod));
      for (const pod of pods) {
        const state = statesOf(pod).find(({ name }) => name === container.name);
        const shows = state?.waiting !== undefined && pullReasons.has(state.waiting.reason) ? state.waiting : undefined;
        // An older revision may wait for another image; only what the template says now can be changed.
        if (shows === undefined || imageOf(pod, container.name) !== image) continue;
        // The kubelet's own message is short while it waits; the event of the pull has the registry's words.
        const told =
          eventsOf(snapshot, pod).find(({ reason, message }) => reason === "Failed" && message.startsWith("Failed to pull"))?.message ??
          shows.message;
        const kind = faultOf(told);
        if (shows.reason === "ErrImageNeverPull" && knownImages(snapshot, workload, container.name, image).length === 0) {
          findings.push(neverPulled(workload, container, pod, shows.message));
          break;
        }
        const odd = kind === "image-pull-denied" ? oddPullSecret(snapshot, workload) : undefined;
        const pullSecrets = [...workload.way, "spec", "imagePullSecrets", ...(odd === undefined ? [] : [odd.index, "name"])];
        findings.push({
          fault: kind,
          severity: "cause",
          object: refOf(workload.object),
          field: kind === "image-pull-denied" ? pullSecrets : [...container.field, "image"],
          value: odd?.secret.name ?? image,
          says: `${sayings[kind]}: ${quote(image)} (container ${container.name})${odd === undefined ? "" : `; Secret ${odd.secret.name} is of type ${quote(textAt(odd.secret.json, "type") ?? "", 60)}, with which nobody pulls`}`,
          evidence: [{ object: refOf(pod), from: `status, ${shows.reason}`, text: quote(told, 240) }],
          candidates: candidatesOf(kind, snapshot, { workload, container: container.name, image, pod }),
        });
        break;
      }
    }
  return findings;
};

/** Nobody may pull the image, and no node holds anything of its repository: not the image is wrong, but that it is never pulled. */
function neverPulled({ object }: Workload, { name, field, json }: Container, pod: KubeObject, message: string): Finding {
  return {
    fault: "image-never-pulled",
    severity: "cause",
    object: refOf(object),
    field: [...field, "imagePullPolicy"],
    value: textAt(json, "imagePullPolicy"),
    says: `no node has the image of container ${name}, and its policy is never to pull it`,
    evidence: [{ object: refOf(pod), from: "status, ErrImageNeverPull", text: quote(message, 240) }],
    candidates: [{ value: "IfNotPresent", why: "a node pulls what it does not have" }],
  };
}

type PullFault = "image-not-found" | "image-platform" | "image-pull-denied" | "image-registry" | "image-name-invalid" | "image-pull";

const sayings: Readonly<Record<PullFault, string>> = {
  "image-not-found": "the registry has no such image",
  "image-platform": "the image is not there for the platform of the nodes",
  "image-pull-denied": "the registry refuses to give the image",
  "image-registry": "the registry of the image is not found",
  "image-name-invalid": "the image's name is not a name",
  "image-pull": "the image cannot be pulled",
};

interface Pull {
  readonly workload: Workload;
  readonly container: string;
  readonly image: string;
  readonly pod: KubeObject;
}

function candidatesOf(fault: PullFault, snapshot: Snapshot, { workload, container, image, pod }: Pull): readonly Candidate[] {
  if (fault === "image-pull-denied") return pullCandidates(snapshot, workload);
  const known = knownImages(snapshot, workload, container, image);
  const built = fault === "image-platform" ? builtForNode(snapshot, pod, image, known) : undefined;
  return built === undefined ? known : [built, ...known.filter(({ value }) => value !== built.value)].slice(0, 4);
}

/** Types of secrets with which nodes pull. */
const pullTypes: ReadonlySet<string> = new Set(["kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg"]);

/** The first of a workload's pull secrets that is of a type with which no node pulls: the kubelet passes over it in silence. */
export function oddPullSecret(
  snapshot: Snapshot,
  { object, template }: Workload,
): { readonly secret: KubeObject; readonly index: number } | undefined {
  for (const [index, one] of listAt(template, "spec", "imagePullSecrets").entries()) {
    const secret = snapshot.find("Secret", object.namespace, textAt(one, "name") ?? "");
    const type = textAt(secret?.json, "type");
    if (secret !== undefined && type !== undefined && !pullTypes.has(type)) return { secret, index };
  }
  return undefined;
}

/** Where a pull secret is none: those of the namespace that are. */
function pullCandidates(snapshot: Snapshot, workload: Workload): readonly Candidate[] {
  if (oddPullSecret(snapshot, workload) === undefined) return [];
  return snapshot
    .of("Secret", workload.object.namespace)
    .filter(({ json }) => pullTypes.has(textAt(json, "type") ?? ""))
    .slice(0, 3)
    .map(({ name }) => ({ value: name, why: "a secret of that namespace with which nodes pull" }));
}

/** Words by which tags name an architecture, by the name that Kubernetes has for it. */
const architectures: Readonly<Record<string, readonly string[]>> = {
  amd64: ["amd64", "x86_64", "x86-64", "x64"],
  arm64: ["arm64v8", "arm64", "aarch64"],
};

/** The same version under the word for the node's architecture, where images that ran here are named with that word. */
function builtForNode(snapshot: Snapshot, pod: KubeObject, image: string, known: readonly Candidate[]): Candidate | undefined {
  const node = snapshot.find("Node", undefined, textAt(pod.json, "spec", "nodeName") ?? "");
  const architecture = textAt(node?.json, "status", "nodeInfo", "architecture") ?? "";
  const tag = image.slice(repositoryOf(image).length);
  const others = Object.entries(architectures).flatMap(([name, words]) => (name === architecture ? [] : words));
  const wrong = others.find((word) => tag.includes(word));
  const right = architectures[architecture]?.find((word) =>
    known.some(({ value }) => value.slice(repositoryOf(value).length).includes(word)),
  );
  if (wrong === undefined || right === undefined || tag.includes("@")) return undefined;
  return {
    value: repositoryOf(image) + tag.replace(wrong, right),
    why: `node ${node?.name ?? ""} is ${architecture}, and images that ran here are named so`,
  };
}

/** Words of containerd, CRI-O and Docker for the same failures. */
function faultOf(message: string): PullFault {
  if (/no match for platform|does not match the specified platform|exec format error/i.test(message)) return "image-platform";
  if (
    /unauthorized|authentication required|access denied|denied:|forbidden|no basic auth|insufficient_scope/i.test(message) &&
    !/not found/i.test(message)
  )
    return "image-pull-denied";
  if (/no such host|server misbehaving|i\/o timeout|connection refused|network is unreachable/i.test(message)) return "image-registry";
  if (/not found|manifest unknown|name unknown|does not exist/i.test(message)) return "image-not-found";
  if (/invalid reference|InvalidImageName|couldn't parse image/i.test(message)) return "image-name-invalid";
  return "image-pull";
}

/** Secrets with which pods of a namespace that are ready pulled images out of the registry of this workload's own images. */
export function workingPullSecrets(snapshot: Snapshot, { object, template }: Workload): readonly Candidate[] {
  const registriesOf = (pod: Pick<Workload, "template">): readonly string[] =>
    containersOf({ way: [], template: pod.template }).map(({ json }) => registryOf(textAt(json, "image") ?? ""));
  const wanted = new Set(registriesOf({ template }));
  const found = new Map<string, string>();
  for (const pod of snapshot.of("Pod", object.namespace).filter(isReady)) {
    const [secret, ...more] = listAt(pod.json, "spec", "imagePullSecrets").flatMap((one) => textAt(one, "name") ?? []);
    // Of several secrets it is not known which one opened the registry.
    if (secret === undefined || more.length > 0 || found.has(secret)) continue;
    const held = snapshot.find("Secret", object.namespace, secret);
    const registry = registriesOf({ template: pod.json }).find((one) => wanted.has(one));
    if (registry !== undefined && pullTypes.has(textAt(held?.json, "type") ?? ""))
      found.set(secret, `pod ${pod.name} pulls from the same registry with it`);
  }
  return [...found].slice(0, 3).map(([value, why]) => ({ value, why }));
}

/** `registry.acme.example/web:1` → `registry.acme.example`; an image without a registry comes from Docker's. */
function registryOf(image: string): string {
  const [first = "", ...rest] = image.split("/");
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? first : "docker.io";
}

/** Images that have run in this place or that nodes hold of the same repository, the nearest first; those that ran here come before all. */
export function knownImages(snapshot: Snapshot, workload: Workload, container: string, image: string): readonly Candidate[] {
  const known = new Map<string, string>();
  const repository = repositoryOf(image);
  const learn = (found: string | undefined, why: string): void => {
    if (found !== undefined && found !== image && repositoryOf(found) === repository && !known.has(found)) known.set(found, why);
  };
  for (const pod of workload.pods.filter(isReady)) learn(imageOf(pod, container), "pods of it run with it now");
  for (const set of snapshot.of("ReplicaSet", workload.object.namespace)) {
    if (!listAt(set.json, "metadata", "ownerReferences").some((owner) => textAt(owner, "name") === workload.object.name)) continue;
    const revision = textAt(set.json, "metadata", "annotations", "deployment.kubernetes.io/revision");
    for (const one of containersOf({ way: [], template: objectAt(set.json, "spec", "template") }))
      if (one.name === container) learn(textAt(one.json, "image"), `revision ${revision ?? "before"} had it`);
  }
  for (const { value, why } of seenImages(snapshot, undefined).get(repository) ?? []) learn(value, why);
  return [...known]
    .sort(([a], [b]) => distance(image, a) - distance(image, b))
    .slice(0, 4)
    .map(([value, why]) => ({ value, why }));
}

/** Images that run or are held anywhere in the cluster, by their repository. */
const seenImages = perNamespace((snapshot): ReadonlyMap<string, readonly Candidate[]> => {
  const seen = new Map<string, Candidate[]>();
  const see = (value: string | undefined, why: string): void => {
    if (value === undefined) return;
    const list = seen.get(repositoryOf(value));
    if (list === undefined) seen.set(repositoryOf(value), [{ value, why }]);
    else list.push({ value, why });
  };
  for (const pod of snapshot.of("Pod").filter(isReady))
    for (const one of containersOf({ way: [], template: pod.json })) see(textAt(one.json, "image"), `${pod.name} runs with it`);
  for (const node of snapshot.of("Node"))
    for (const held of listAt(node.json, "status", "images"))
      for (const name of listAt(held, "names")) if (typeof name === "string") see(name, `node ${node.name} holds it`);
  return seen;
});

/** Where the image comes from, without tag and digest. */
export function repositoryOf(image: string): string {
  const bare = image.split("@")[0] ?? image;
  const colon = bare.lastIndexOf(":");
  return colon > bare.lastIndexOf("/") ? bare.slice(0, colon) : bare;
}

function imageOf(pod: KubeObject, container: string): string | undefined {
  return textAt(containersOf({ way: [], template: pod.json }).find(({ name }) => name === container)?.json, "image");
}
