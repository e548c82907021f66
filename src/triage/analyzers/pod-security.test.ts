import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../messages/conversation.ts";
import { fieldText, readObjects } from "../kube-object.ts";
import { createSnapshot } from "../snapshot.ts";
import { containersOf, workloadsOf } from "../workloads.ts";
import { demandAt, insecurePods, whyInsecure } from "./pod-security.ts";

function workload(spec: JsonObject) {
  const template = { metadata: { labels: { app: "web" } }, spec };
  const json = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", namespace: "shop" }, spec: { template } };
  const [found] = workloadsOf(createSnapshot({ now: 0, objects: readObjects(json), covers: () => true }), "shop");
  assert.ok(found !== undefined);
  return found;
}

const find = (spec: JsonObject, said: string): readonly string[] | undefined =>
  insecurePods(workload(spec), `pods "web-1" is forbidden: violates PodSecurity "restricted:v1.31": ${said}`, [])?.map(
    ({ fault, field }) => `${fault} ${fieldText(field)}`,
  );
const way = "spec.template.spec.";
const escalation = 'allowPrivilegeEscalation != false (containers "init", "web" must set securityContext.allowPrivilegeEscalation=false)';
const two = { initContainers: [{ name: "init" }], containers: [{ name: "web" }, { name: "proxy" }] };

test("every container that is named, and every setting that is demanded", () => {
  assert.deepEqual(
    find(
      two,
      `${escalation}, unrestricted capabilities (container "web" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "web" must set securityContext.runAsNonRoot=true)`,
    ),
    [
      `pod-security ${way}initContainers[init].securityContext.allowPrivilegeEscalation`,
      `pod-security ${way}containers[web].securityContext.allowPrivilegeEscalation`,
      `pod-security ${way}containers[web].securityContext.capabilities.drop`,
      `pod-security ${way}containers[web].securityContext.runAsNonRoot`,
    ],
  );
});

test("what is forbidden is told, beside what is demanded", () => {
  assert.deepEqual(find(two, `host namespaces (hostNetwork=true), ${escalation}`), [
    `pod-security ${way}initContainers[init].securityContext.allowPrivilegeEscalation`,
    `pod-security ${way}containers[web].securityContext.allowPrivilegeEscalation`,
    "pod-security-forbids spec.template.spec",
  ]);
  assert.deepEqual(find(two, "words of another version"), ["pod-security-forbids spec.template.spec"]);
});

test("of a template that keeps to it by now nothing is said", () => {
  const securityContext = { allowPrivilegeEscalation: false };
  assert.deepEqual(
    find({ initContainers: [{ name: "init", securityContext }], containers: [{ name: "web", securityContext }] }, escalation),
    [],
  );
  assert.equal(insecurePods(workload(two), "exceeded quota: pods", []), undefined);
});

test("a demand is kept by the container or, where that is allowed, by its pod; root is no other user", () => {
  const why = (member: string[], own: JsonObject, ofPod: JsonObject = {}): string | undefined => {
    const at = workload({ securityContext: ofPod, containers: [{ name: "web", securityContext: own }] });
    const demand = demandAt(["securityContext", ...member]);
    const [container] = containersOf(at);
    assert.ok(demand !== undefined && container !== undefined);
    return whyInsecure(at, container, demand);
  };
  const seccomp = { seccompProfile: { type: "RuntimeDefault" } };
  assert.equal(why(["seccompProfile", "type"], {}, seccomp), undefined);
  assert.match(why(["seccompProfile", "type"], { seccompProfile: { type: "Unconfined" } }, seccomp) ?? "", /does not set/);
  assert.match(why(["allowPrivilegeEscalation"], {}, { allowPrivilegeEscalation: false }) ?? "", /does not set/);
  assert.match(why(["allowPrivilegeEscalation"], { allowPrivilegeEscalation: "false" }) ?? "", /does not set/);
  assert.match(why(["capabilities", "drop"], { capabilities: { drop: "ALL" } }) ?? "", /does not set/);
  assert.equal(why(["capabilities", "drop"], { capabilities: { drop: ["ALL"] } }), undefined);
  assert.match(why(["runAsNonRoot"], { runAsNonRoot: true }) ?? "", /another user than root/);
  assert.equal(why(["runAsNonRoot"], {}, { runAsNonRoot: true, runAsUser: 1000 }), undefined);
});
