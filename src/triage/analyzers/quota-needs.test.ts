import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../messages/conversation.ts";
import { fieldText, readObjects } from "../kube-object.ts";
import { refusedPodStays } from "../predict-refused-pods.ts";
import { createSnapshot, type Snapshot } from "../snapshot.ts";
import { workloadsOf } from "../workloads.ts";
import { unsaidForQuota } from "./quota-needs.ts";

function cluster(containers: readonly JsonObject[], replicas = 2): Snapshot {
  const spec = { replicas, template: { metadata: {}, spec: { containers } } };
  const objects = [
    { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", namespace: "shop" }, spec },
    {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "q", namespace: "shop" },
      spec: { hard: { "limits.memory": "2Gi" } },
      status: { used: { "limits.memory": "1Gi" } },
    },
  ];
  return createSnapshot({ now: 0, objects: objects.flatMap((one) => readObjects(one as JsonObject)), covers: () => true });
}
function find(snapshot: Snapshot, must: string) {
  const [workload] = workloadsOf(snapshot, "shop");
  assert.ok(workload !== undefined);
  return unsaidForQuota(snapshot, workload, `pods "web-" is forbidden: failed quota: q: must specify ${must}`, []);
}
const fields = (containers: readonly JsonObject[], must: string): readonly string[] | undefined =>
  find(cluster(containers), must)?.map(({ field }) => fieldText(field).replace("spec.template.spec.containers", ""));
const asks = { requests: { memory: "128Mi" } };

test("each container and resource that the API server names, in both of its forms", () => {
  const containers = [{ name: "a", resources: asks }, { name: "b" }];
  assert.deepEqual(fields(containers, "limits.memory for: a,b; cpu for: b"), [
    "[a].resources.limits.memory",
    "[b].resources.limits.memory",
    "[b].resources.requests.cpu",
  ]);
  assert.deepEqual(fields(containers, "limits.memory,requests.memory"), [
    "[a].resources.limits.memory",
    "[b].resources.limits.memory",
    "[b].resources.requests.memory",
  ]);
  assert.deepEqual(fields([{ name: "a", resources: { limits: { memory: "1Gi" } } }], "limits.memory,requests.memory for: a"), []);
  assert.equal(fields(containers, "requests.example.com/gpu for: a"), undefined);
});

test("a limit is no less than what is asked for or told, not many times as much, and fits in the quota with all pods", () => {
  const before = cluster([{ name: "web", resources: asks }]);
  const [finding] = find(before, "limits.memory for: web") ?? [];
  assert.ok(finding !== undefined);
  const why = (memory: string, text = "", replicas = 2): string => {
    const after = cluster([{ name: "web", resources: { ...asks, limits: { memory } } }], replicas);
    const object = after.find("Deployment", "shop", "web");
    assert.ok(object !== undefined);
    return refusedPodStays(finding, object, before, after, text) ?? "passes";
  };
  assert.equal(why("256Mi"), "passes");
  assert.match(why("64Mi"), /asks for more/);
  assert.match(why("256m"), /asks for more/);
  assert.match(why("lots"), /no quantity/);
  assert.match(why("1Gi"), /many times/);
  assert.match(why("512Mi", "", 3), /would not fit in quota q/);
  assert.match(why("256Mi", "At noon web needs up to 300 MB.\n"), /needs more/);
  assert.equal(why("256Mi", "The images of web take 900 MB of disk.\nworker needs 2 GB of memory.\n"), "passes");
});
