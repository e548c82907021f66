import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import { createClusterApi, type ObservedRequest } from "./cluster-api.ts";
import { loadCluster } from "./load-cluster.ts";

const fixture = resolve(import.meta.dirname, "../../../../e2e/fixtures/cluster");
const now = Date.parse("2026-06-01T00:00:00Z");
const observed: ObservedRequest[] = [];
const api = createClusterApi(await loadCluster(fixture), { now: () => now, observe: (request) => observed.push(request), watchMs: 20 });
const table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

function get(path: string, accept = "application/json", method = "GET"): Promise<Response> {
  return api.fetch(new Request(`http://kube.internal${path}`, { method, headers: { accept } }));
}

interface Answer {
  readonly kind: string;
  readonly message: string;
  readonly reason: string;
  readonly metadata: { readonly continue?: string; readonly remainingItemCount?: number; readonly resourceVersion: string };
  readonly items: readonly { readonly kind?: string; readonly metadata: { readonly name: string } }[];
  readonly rows: readonly {
    readonly cells: readonly unknown[];
    readonly object: { readonly kind: string; readonly spec?: object } | null;
  }[];
  readonly groups: readonly { readonly name: string }[];
}

async function json(response: Promise<Response>): Promise<Answer> {
  return (await (await response).json()) as Answer;
}

const pods = "/api/v1/namespaces/shop/pods";

test("a list is paged by a token", async () => {
  const names: string[] = [];
  let token = "";
  const remaining: (number | undefined)[] = [];
  do {
    const page = await json(get(`/api/v1/pods?limit=2&continue=${token}`));
    names.push(...page.items.map(({ metadata }) => metadata.name));
    remaining.push(page.metadata.remainingItemCount);
    token = page.metadata.continue ?? "";
  } while (token !== "");
  assert.deepEqual(names, ["agent-1", "api-6f9b8-x2x4z", "api-6f9b8-z5k7q", "migrate-h8s2v", "worker-0"]);
  assert.deepEqual(remaining, [3, 1, undefined]);
});

test("items of Kubernetes' own lists have no kind, custom ones do", async () => {
  assert.equal((await json(get(pods))).items[0]?.kind, undefined);
  assert.equal((await json(get("/apis/example.org/v1alpha1/widgets"))).items[0]?.kind, "Widget");
});

test("rows hold what includeObject asks for", async () => {
  const row = async (include: string) => (await json(get(`${pods}?includeObject=${include}`, table))).rows[0]?.object;
  assert.equal((await row("Object"))?.kind, "Pod");
  assert.equal((await row("Metadata"))?.kind, "PartialObjectMetadata");
  assert.equal((await row(""))?.spec, undefined);
  assert.equal(await row("None"), null);
});

test("ages are told from the same instant for every request", async () => {
  const first = await json(get(`${pods}/worker-0`, table));
  assert.deepEqual(first.rows[0]?.cells.slice(0, 5), ["worker-0", "0/1", "ImagePullBackOff", "0", "30m"]);
});

test("discovery comes whole or in parts, and never with a metrics API", async () => {
  const groups = (await json(get("/apis"))).groups.map(({ name }) => name);
  assert.ok(groups.includes("apps") && groups.includes("example.org") && !groups.includes("metrics.k8s.io"));
  const whole = await get("/apis", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json");
  assert.match(whole.headers.get("content-type") ?? "", /as=APIGroupDiscoveryList/);
  assert.equal((await json(Promise.resolve(whole))).kind, "APIGroupDiscoveryList");
  assert.equal((await json(get("/api/v1"))).kind, "APIResourceList");
  for (const path of ["/apis/metrics.k8s.io", "/apis/metrics.k8s.io/v1beta1", "/apis/apps/v9", "/nothing", "/api/v1/nosuch"])
    assert.equal((await get(path)).status, 404, path);
});

test("bad input is refused with a Status, and names are only ever compared", async () => {
  const cases: readonly (readonly [path: string, status: number])[] = [
    [`${pods}?limit=x`, 400],
    [`${pods}?limit=-1`, 400],
    [`${pods}?continue=%00`, 400],
    [`${pods}?labelSelector=%3D`, 400],
    [`${pods}?fieldSelector=a`, 400],
    [`${pods}?resourceVersionMatch=Sometimes`, 400],
    [`${pods}?watch=true&timeoutSeconds=soon`, 400],
    [`${pods}/worker-0/log?tailLines=many`, 400],
    ["/api/v1/namespaces/%ZZ/pods", 400],
    ["/api/v1/namespaces/shop/pods/..%2f..%2fetc%2fpasswd", 404],
    ["/api/v1/namespaces/shop/pods/__proto__", 404],
    ["/api/v1/namespaces/__proto__/pods/constructor/log", 404],
    ["/api/v1/namespaces/shop/nodes", 404],
    ["/apis/__proto__/v1/x", 404],
    [`/${"a/".repeat(3_000)}`, 404],
  ];
  for (const [path, status] of cases) {
    const response = await get(path);
    assert.equal(response.status, status, path);
    assert.equal((await json(Promise.resolve(response))).kind, "Status", path);
  }
});

test("what is not there is named as the API names it; lists of unknown namespaces are empty", async () => {
  assert.equal((await json(get(`${pods}/gone`))).message, 'pods "gone" not found');
  assert.equal((await json(get("/apis/apps/v1/namespaces/shop/deployments/gone"))).message, 'deployments.apps "gone" not found');
  assert.equal((await json(get("/api/v1/namespaces/gone"))).message, 'namespaces "gone" not found');
  assert.deepEqual((await json(get("/api/v1/namespaces/gone/pods"))).items, []);
});

test("nothing can be written, and acting on a pod counts as writing", async () => {
  for (const [method, path] of [
    ["POST", pods],
    ["PUT", `${pods}/worker-0`],
    ["PATCH", `${pods}/worker-0/status`],
    ["DELETE", pods],
    ["GET", `${pods}/worker-0/exec?command=ls`],
    ["GET", `${pods}/worker-0/proxy/healthz`],
    ["POST", `${pods}/worker-0/eviction`],
    ["GET", "/api/v1/nodes/node-1/proxy/metrics"],
    ["POST", "/version"],
  ] as const) {
    const response = await get(path, "*/*", method);
    assert.equal(response.status, 403, `${method} ${path}`);
    assert.match((await json(Promise.resolve(response))).message, /read-only in this session/);
  }
});

test("a watch gives what is there, unless it was listed already, and ends", async () => {
  assert.equal((await get(`${pods}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`)).status, 422);
  const events = (await (await get(`${pods}?watch=true`)).text()).trim().split("\n");
  assert.equal(events.length, 4);
  assert.equal((JSON.parse(events[0] ?? "") as { type: string }).type, "ADDED");
  const listed = (await json(get(pods))).metadata.resourceVersion;
  assert.equal(await (await get(`${pods}?watch=true&resourceVersion=${listed}`)).text(), "");
});

test("both addresses of events show one event in two forms", async () => {
  const core = await json(get("/api/v1/events?fieldSelector=involvedObject.name=worker-0"));
  const newer = (await json(get("/apis/events.k8s.io/v1/events?fieldSelector=regarding.name=worker-0"))) as unknown as {
    items: { note: string; message?: string }[];
  };
  assert.equal(core.items.length, 1);
  assert.deepEqual([newer.items[0]?.note, newer.items[0]?.message], ["Failed to pull image", undefined]);
});

test("each request is told, with its query", async () => {
  observed.length = 0;
  await get(`${pods}/api-6f9b8-x2x4z/log?container=app&previous=true`);
  assert.deepEqual(observed, [{ method: "GET", path: `${pods}/api-6f9b8-x2x4z/log?container=app&previous=true`, status: 200 }]);
});
