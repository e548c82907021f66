import type { Analyzer, Candidate, Finding } from "../finding.ts";
import { eventsOf, statesOf } from "../container-state.ts";
import { type KubeObject, listAt, refOf, textAt } from "../kube-object.ts";
import { distance } from "../near.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";
import { containersOf, isOver, isReady, workloadsOf, type Workload } from "../workloads.ts";

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
        findings.push({
          fault: kind,
          severity: "cause",
          object: refOf(workload.object),
          field: kind === "image-pull-denied" ? [...workload.way, "spec", "imagePullSecrets"] : [...container.field, "image"],
          value: image,
          says: `${sayings[kind]}: ${quote(image)} (container ${container.name})`,
          evidence: [{ object: refOf(pod), from: `status, ${shows.reason}`, text: quote(told, 240) }],
          candidates: candidatesOf(kind, snapshot, { workload, container: container.name, image, pod }),
        });
        break;
      }
    }
  return findings;
};

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
  if (fault === "image-pull-denied") return [];
  const known = knownImages(snapshot, workload, container, image);
  const built = fault === "image-platform" ? builtForNode(snapshot, pod, image, known) : undefined;
  return built === undefined ? known : [built, ...known.filter(({ value }) => value !== built.value)].slice(0, 4);
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

/** Images that have run in this place or that nodes hold of the same repository, the nearest first; those that ran here come before all. */
export function knownImages(snapshot: Snapshot, workload: Workload, container: string, image: string): readonly Candidate[] {
  const known = new Map<string, string>();
  const learn = (found: string | undefined, why: string): void => {
    if (found !== undefined && found !== image && repositoryOf(found) === repositoryOf(image) && !known.has(found)) known.set(found, why);
  };
  for (const pod of workload.pods.filter(isReady)) learn(imageOf(pod, container), "pods of it run with it now");
  for (const set of snapshot.of("ReplicaSet", workload.object.namespace)) {
    if (!listAt(set.json, "metadata", "ownerReferences").some((owner) => textAt(owner, "name") === workload.object.name)) continue;
    const revision = textAt(set.json, "metadata", "annotations", "deployment.kubernetes.io/revision");
    for (const one of containersOf({ way: ["spec", "template"], template: templateOf(set) }))
      if (one.name === container) learn(textAt(one.json, "image"), `revision ${revision ?? "before"} had it`);
  }
  for (const pod of snapshot.of("Pod").filter(isReady))
    for (const one of containersOf({ way: [], template: pod.json })) learn(textAt(one.json, "image"), `${pod.name} runs with it`);
  for (const node of snapshot.of("Node"))
    for (const held of listAt(node.json, "status", "images"))
      for (const name of listAt(held, "names")) if (typeof name === "string") learn(name, `node ${node.name} holds it`);
  return [...known]
    .sort(([a], [b]) => distance(image, a) - distance(image, b))
    .slice(0, 4)
    .map(([value, why]) => ({ value, why }));
}

/** Where the image comes from, without tag and digest. */
export function repositoryOf(image: string): string {
  const bare = image.split("@")[0] ?? image;
  const colon = bare.lastIndexOf(":");
  return colon > bare.lastIndexOf("/") ? bare.slice(0, colon) : bare;
}

function imageOf(pod: KubeObject, container: string): string | undefined {
  return containersOf({ way: [], template: pod.json }).find(({ name }) => name === container)?.json["image"] as string | undefined;
}

function templateOf(set: KubeObject): Workload["template"] {
  const found = set.json["spec"];
  return typeof found === "object" && found !== null && !Array.isArray(found)
    ? ((found as Workload["template"])["template"] as Workload["template"])
    : {};
}
