import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { parseAllDocuments } from "yaml";
import { loadScenario } from "../src/incident/scenario.ts";

/** The recorded objects have to hang together as a cluster's do, or kubectl shows what no cluster would. */

const root = resolve(import.meta.dirname, "../../scenarios");

/** Read as whatever the test expects there: where the data is another thing, the test fails. */
type Json = { readonly [key: string]: Json } & readonly Json[] & string;
interface Recorded {
  readonly group: string;
  readonly resource: string;
  readonly object: Json;
}

async function readObjects(folder: string): Promise<Recorded[]> {
  const found: Recorded[] = [];
  for (const entry of await readdir(join(folder, "objects"), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const [group = "", version = ""] = path.split("/").slice(-3);
    for (const document of parseAllDocuments(await readFile(path, "utf8"))) {
      assert.deepEqual(document.errors, [], path);
      const object = document.toJS() as Json;
      assert.equal(object["apiVersion"], group === "core" ? version : `${group}/${version}`, path);
      found.push({ group, resource: basename(entry.name, ".yaml"), object });
    }
  }
  return found;
}

const key = (kind: unknown, namespace: unknown, name: unknown) => `${String(kind)}/${String(namespace ?? "")}/${String(name)}`;
const has = (labels: Json | undefined, selector: Json) => Object.entries(selector).every(([name, value]) => labels?.[name] === value);

const ids = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

for (const id of ids) {
  const read = async () => {
    const scenario = await loadScenario(join(root, id));
    const recorded = await readObjects(scenario.paths.cluster);
    const objects = new Map(
      recorded.map(({ object }) => [key(object["kind"], object["metadata"]?.["namespace"], object["metadata"]?.["name"]), object]),
    );
    const of = (kind: string) => [...objects.values()].filter((object) => object["kind"] === kind);
    return { scenario, recorded, objects, of };
  };

  test(`${id}: every object is whole and there once`, async () => {
    const { recorded, objects, of } = await read();
    assert.equal(objects.size, recorded.length);
    assert.equal(new Set(recorded.map(({ object }) => object["metadata"]?.["uid"])).size, recorded.length);
    const namespaces = new Set(of("Namespace").map((object) => object["metadata"]!["name"]));
    for (const { resource, object } of recorded) {
      const { metadata, kind } = object;
      assert.ok(
        metadata?.["uid"] && metadata["creationTimestamp"] && metadata["resourceVersion"],
        `${resource}: ${JSON.stringify(metadata)}`,
      );
      assert.ok(resource.startsWith(String(kind).toLowerCase().slice(0, -1)), `${resource} holds a ${String(kind)}`);
      if (metadata["namespace"] !== undefined) assert.ok(namespaces.has(metadata["namespace"]), `namespace ${metadata["namespace"]}`);
    }
  });

  test(`${id}: no time is after the recording, and events are of its last hour`, async () => {
    const { scenario, recorded } = await read();
    const recordedAt = Date.parse(scenario.recording.recordedAt);
    for (const { object } of recorded) {
      for (const [time] of JSON.stringify(object).matchAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g))
        assert.ok(Date.parse(time) <= recordedAt, `${time} in ${object["metadata"]!["name"]}`);
      const created = object["metadata"]!["creationTimestamp"]!;
      if (object["kind"] === "Event") assert.ok(recordedAt - Date.parse(created) <= 3600_000, "a cluster keeps events for an hour");
    }
  });

  test(`${id}: owners resolve, selectors match, ReplicaSets carry their Deployment's revision`, async () => {
    const { objects, of } = await read();
    for (const object of objects.values()) {
      for (const owner of object["metadata"]?.["ownerReferences"] ?? []) {
        const found =
          objects.get(key(owner["kind"], object["metadata"]!["namespace"], owner["name"])) ??
          objects.get(key(owner["kind"], "", owner["name"]));
        assert.equal(found?.["metadata"]?.["uid"], owner["uid"], `${object["metadata"]!["name"]}: owner ${owner["kind"]} ${owner["name"]}`);
        assert.ok(
          found!["metadata"]!["creationTimestamp"]! <= object["metadata"]!["creationTimestamp"]!,
          `${object["metadata"]!["name"]} is older than its owner`,
        );
      }
    }
    const owned = (kind: string, uid: unknown) =>
      of(kind).filter((object) => object["metadata"]?.["ownerReferences"]?.[0]?.["uid"] === uid);
    for (const deployment of of("Deployment")) {
      const sets = owned("ReplicaSet", deployment["metadata"]!["uid"]);
      const revision = "deployment.kubernetes.io/revision";
      const newest = sets.find((set) => set["metadata"]!["annotations"]![revision] === deployment["metadata"]!["annotations"]![revision]);
      assert.deepEqual(newest!["spec"]!["template"]!["spec"], deployment["spec"]!["template"]!["spec"]);
      const pods = sets.flatMap((set) => {
        const mine = owned("Pod", set["metadata"]!["uid"]);
        // Where pods were refused (a quota, a policy) the set wants more than it has, and says why.
        if (set["status"]!["conditions"] === undefined)
          assert.equal(mine.length, Number(set["spec"]!["replicas"]), set["metadata"]!["name"]);
        assert.equal(mine.length, Number(set["status"]!["replicas"]));
        assert.equal(mine.filter(isReady).length, Number(set["status"]!["readyReplicas"] ?? 0));
        for (const pod of mine) {
          assert.ok(has(pod["metadata"]!["labels"], set["spec"]!["selector"]!["matchLabels"]!));
          assert.ok(pod["metadata"]!["name"]!.startsWith(pod["metadata"]!["generateName"]!));
          const { image, name, resources } = set["spec"]!["template"]!["spec"]!["containers"]![0]!;
          const container = pod["spec"]!["containers"]![0]!;
          assert.deepEqual(
            { image: container["image"], name: container["name"], resources: container["resources"] },
            { image, name, resources },
          );
        }
        return mine;
      });
      const status = deployment["status"]!;
      assert.equal(Number(status["replicas"] ?? 0), pods.length);
      assert.equal(Number(status["readyReplicas"] ?? 0), pods.filter(isReady).length);
      if (sets.every((set) => set["status"]!["conditions"] === undefined))
        assert.equal(Number(status["unavailableReplicas"] ?? 0), pods.length - pods.filter(isReady).length);
      const available = status["conditions"]!.find((condition) => condition["type"] === "Available")!;
      assert.equal(available["status"] === "True", pods.filter(isReady).length >= Number(deployment["spec"]!["replicas"]));
    }
  });

  test(`${id}: endpoints are the pods that a service selects, ready or not`, async () => {
    const { objects, of } = await read();
    for (const service of of("Service").filter((object) => object["spec"]!["selector"] !== undefined)) {
      const { name, namespace } = service["metadata"]!;
      const pods = of("Pod").filter(
        (pod) =>
          pod["metadata"]!["namespace"] === namespace &&
          pod["status"]!["podIP"] !== undefined &&
          !["Succeeded", "Failed"].includes(pod["status"]!["phase"]!) &&
          has(pod["metadata"]!["labels"], service["spec"]!["selector"]!),
      );
      const ips = (ready: boolean) =>
        pods
          .filter((pod) => isReady(pod) === ready)
          .map((pod) => pod["status"]!["podIP"]!)
          .sort();
      const subset = objects.get(key("Endpoints", namespace, name))!["subsets"]?.[0];
      if (subset === undefined) {
        // No pod, or a port that none of them has.
        assert.ok(pods.length === 0 || service["spec"]!["ports"]!.some(({ targetPort }) => typeof targetPort === "string"), name);
        continue;
      }
      const addresses = (list: Json | undefined) => (list ?? []).map((address) => address["ip"]!).sort();
      assert.deepEqual(addresses(subset["addresses"]), ips(true));
      assert.deepEqual(addresses(subset["notReadyAddresses"]), ips(false));
      const slice = of("EndpointSlice").find(
        (object) => object["metadata"]!["labels"]!["kubernetes.io/service-name"] === name && object["metadata"]!["namespace"] === namespace,
      )!;
      const ready = slice["endpoints"]!.filter((endpoint) => Boolean(endpoint["conditions"]!["ready"]));
      assert.deepEqual(ready.map((endpoint) => endpoint["addresses"]![0]!).sort(), ips(true));
      assert.equal(slice["endpoints"]!.length, pods.length);
    }
  });

  test(`${id}: what pods and events refer to is there`, async () => {
    const { objects, of } = await read();
    for (const pod of of("Pod")) {
      const { namespace, name } = pod["metadata"]!;
      if (pod["spec"]!["nodeName"] !== undefined) assert.ok(objects.has(key("Node", "", pod["spec"]!["nodeName"])), name);
      // A pod that waits may wait for just what is not there.
      if (!isReady(pod)) continue;
      assert.ok(objects.has(key("ServiceAccount", namespace, pod["spec"]!["serviceAccountName"])), name);
      const maps = [...JSON.stringify(pod["spec"]).matchAll(/"configMap(?:Ref)?":\{[^{}]*?(?:"items":\[[^\]]*\],)?"name":"([^"]+)"/g)].map(
        (match) => match[1],
      );
      assert.ok(maps.length > 0);
      for (const map of maps) assert.ok(objects.has(key("ConfigMap", namespace, map)), `${name}: ConfigMap ${map}`);
    }
    assert.ok(of("Event").length > 5);
    // A pod that was stopped is gone, and what was said of it stays for an hour.
    const stopped = of("Event").filter(({ reason, message }) => String(reason) === "Killing" && String(message).startsWith("Stopping"));
    const gone = new Set(stopped.map((event) => event["involvedObject"]!["uid"]));
    for (const event of of("Event")) {
      const involved = event["involvedObject"]!;
      if (!objects.has(key(involved["kind"], involved["namespace"], involved["name"])) && gone.has(involved["uid"])) continue;
      const found = objects.get(key(involved["kind"], involved["namespace"], involved["name"]));
      assert.equal(found?.["metadata"]?.["uid"], involved["uid"], event["metadata"]!["name"]);
    }
  });

  test(`${id}: every log belongs to a container, in order, with a time on each line; a restart has its log before`, async () => {
    const { scenario, objects, of } = await read();
    const folder = join(scenario.paths.cluster, "logs");
    const files = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith(".log"));
    for (const path of files) {
      const [namespace, pod, file = ""] = path.split("/");
      const container = file.replace(/(-previous)?\.log$/, "");
      const spec = objects.get(key("Pod", namespace, pod))?.["spec"];
      const containers = [...(spec?.["initContainers"] ?? []), ...(spec?.["containers"] ?? [])];
      assert.ok(
        containers.some((one) => one["name"] === container),
        path,
      );
      const times = (await readFile(join(folder, path), "utf8"))
        .trimEnd()
        .split("\n")
        .map((line) => /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z) ./.exec(line)?.[1]);
      assert.ok(
        times.every((time) => time !== undefined),
        path,
      );
      assert.deepEqual(times, times.toSorted(), path);
      assert.ok(Date.parse(times.at(-1)!) <= Date.parse(scenario.recording.recordedAt));
    }
    for (const pod of of("Pod").filter((one) => Number(one["status"]!["containerStatuses"]?.[0]?.["restartCount"] ?? 0) > 0)) {
      // A container that could not be started has said nothing.
      if (pod["status"]!["containerStatuses"]![0]!["lastState"]!["terminated"]?.["reason"] === "StartError") continue;
      const { namespace, name } = pod["metadata"]!;
      const container = pod["spec"]!["containers"]![0]!["name"]!;
      assert.ok(files.includes(`${namespace}/${name}/${container}-previous.log`), name);
    }
  });

  const draft = join(root, id, "draft.mjs");
  if (existsSync(draft))
    test(`${id}: the cluster is what its draft says`, async () => {
      await promisify(execFile)(process.execPath, [draft, "--check"]);
    });

  test(`${id}: the manifests of the repository are what the cluster runs`, async () => {
    const { scenario, objects } = await read();
    const deploy = join(scenario.paths.repo, "deploy");
    for (const file of (await readdir(deploy)).filter((name) => name !== "kustomization.yaml")) {
      for (const document of parseAllDocuments(await readFile(join(deploy, file), "utf8"))) {
        const manifest = document.toJS() as Json;
        const live = objects.get(key(manifest["kind"], manifest["metadata"]!["namespace"], manifest["metadata"]!["name"]));
        assert.ok(live !== undefined, `${manifest["kind"]} ${manifest["metadata"]!["name"]}`);
        assertWithin(manifest, live, `${file}`);
      }
    }
    for (const cause of scenario.truth.causes) if (!("code" in cause)) assert.ok(objects.has(key(cause.kind, cause.namespace, cause.name)));
    for (const { kind, namespace, name } of scenario.truth.distractors) assert.ok(objects.has(key(kind, namespace, name)), name);
  });
}

function isReady(pod: Json): boolean {
  return pod["status"]!["conditions"]!.some((condition) => condition["type"] === "Ready" && condition["status"] === "True");
}

/** All that the manifest says is so in the live object, which has defaults and a status beside it. */
function assertWithin(manifest: unknown, live: unknown, path: string): void {
  // The API server leaves out what is false.
  if (manifest === false && live === undefined) return;
  if (typeof manifest !== "object" || manifest === null) return assert.deepEqual(live, manifest, path);
  assert.ok(typeof live === "object" && live !== null, path);
  for (const [name, value] of Object.entries(manifest)) assertWithin(value, (live as Record<string, unknown>)[name], `${path}.${name}`);
}
