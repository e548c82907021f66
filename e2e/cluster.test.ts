import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { test } from "node:test";
import { getRequestListener } from "@hono/node-server";
import { createClusterApi, type ObservedRequest } from "../src/incident/cluster/cluster-api.ts";
import { kubeconfig } from "../src/incident/cluster/kubeconfig.ts";
import { loadCluster } from "../src/incident/cluster/load-cluster.ts";

/**
 * Real kubectl against a recorded cluster. `CLOISTER_TEST_KUBECTL` names the binaries, separated by colons; without it the one on the
 * PATH is used. Every test has a HOME of its own, since kubectl caches discovery there.
 */
const fixture = resolve(import.meta.dirname, "../../e2e/fixtures/cluster");

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Session {
  /** Runs kubectl; `line` is split at spaces. */
  kubectl(line: string, input?: string): Promise<Ran>;
  readonly requests: readonly ObservedRequest[];
}

async function findKubectls(): Promise<readonly string[]> {
  const named = process.env["CLOISTER_TEST_KUBECTL"];
  const candidates = named?.split(delimiter) ?? (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, "kubectl"));
  const found: string[] = [];
  for (const path of candidates.filter((candidate) => candidate !== "")) {
    const usable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (usable) found.push(path);
    else if (named !== undefined) throw new Error(`CLOISTER_TEST_KUBECTL names ${path}, which cannot be run`);
  }
  return named === undefined ? found.slice(0, 1) : found;
}

async function withCluster(binary: string, use: (session: Session) => Promise<void>): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), "cloister-cluster-"));
  const requests: ObservedRequest[] = [];
  const api = createClusterApi(await loadCluster(fixture), { now: Date.now, observe: (request) => requests.push(request), watchMs: 300 });
  const server = createServer(getRequestListener(api.fetch));
  try {
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const config = join(home, "kubeconfig");
    const { port } = server.address() as AddressInfo;
    await writeFile(config, kubeconfig({ server: `http://127.0.0.1:${port}`, namespace: "shop" }));
    const env = { HOME: home, KUBECONFIG: config, PATH: process.env["PATH"] };
    await use({
      requests,
      kubectl: (line, input) =>
        new Promise((done) => {
          const child = execFile(binary, line.split(" "), { env, timeout: 60_000 }, (error, stdout, stderr) =>
            done({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
          );
          child.stdin?.end(input);
        }),
    });
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    await rm(home, { recursive: true, force: true });
  }
}

/** Rows of a table as cells, the header first; kubectl puts at least two spaces, here three, between columns. */
function rows(text: string): string[][] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => line.trimEnd().split(/\s{2,}/));
}

function succeeded(ran: Ran): string {
  assert.equal(ran.code, 0, ran.stderr);
  return ran.stdout;
}

const readOnly = /is forbidden: this cluster is a recording and is read-only in this session/;

const checks: Readonly<Record<string, (session: Session) => Promise<void>>> = {
  "get pods shows readiness, reason, restarts and age": async ({ kubectl }) => {
    const [header, first, second, third, fourth, ...rest] = rows(succeeded(await kubectl("get pods")));
    assert.deepEqual(header, ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]);
    assert.deepEqual(first?.slice(0, 3), ["api-6f9b8-x2x4z", "1/2", "CrashLoopBackOff"]);
    assert.match(first?.[3] ?? "", /^5 \((119s|2m(\d{1,2}s)?) ago\)$/);
    assert.equal(first?.[4], "20m");
    assert.deepEqual(second, ["api-6f9b8-z5k7q", "2/2", "Running", "0", "20m"]);
    assert.deepEqual(third?.slice(0, 4), ["migrate-h8s2v", "0/1", "Completed", "0"]);
    assert.deepEqual(fourth, ["worker-0", "0/1", "ImagePullBackOff", "0", "30m"]);
    assert.deepEqual(rest, []);
  },
  "get pods honours -o wide, -A, -l, --sort-by and --field-selector": async ({ kubectl }) => {
    const wide = rows(succeeded(await kubectl("get pods -o wide -l app=api,pod-template-hash")));
    assert.deepEqual(wide[0]?.slice(4), ["AGE", "IP", "NODE", "NOMINATED NODE", "READINESS GATES"]);
    assert.deepEqual(wide[1]?.slice(5), ["10.1.0.7", "node-1", "<none>", "<none>"]);
    assert.equal(wide.length, 3);
    const all = rows(succeeded(await kubectl("get pods -A")));
    assert.deepEqual(all[0]?.slice(0, 2), ["NAMESPACE", "NAME"]);
    assert.deepEqual(all[1]?.slice(0, 4), ["ops", "agent-1", "1/1", "Running"]);
    assert.equal(all.length, 6);
    const sorted = rows(succeeded(await kubectl("get pods --sort-by=.metadata.creationTimestamp")));
    assert.deepEqual(
      sorted.slice(1).map(([name]) => name),
      ["migrate-h8s2v", "worker-0", "api-6f9b8-x2x4z", "api-6f9b8-z5k7q"],
    );
    assert.equal(succeeded(await kubectl("get pods --field-selector status.phase=Pending -o name")), "pod/worker-0\n");
    const labels = rows(succeeded(await kubectl("get pods --show-labels -l app=worker")));
    assert.equal(labels[1]?.[5], "app=worker");
  },
  "get deploy, rs, svc and others print Kubernetes' own columns": async ({ kubectl }) => {
    const tables = succeeded(await kubectl("get deploy,rs,svc,sts,hpa,ing -o wide"))
      .trimEnd()
      .split("\n\n")
      .map(rows);
    const [deploy, rs, svc, sts, hpa, ing] = tables;
    assert.deepEqual(deploy?.[0], ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE", "CONTAINERS", "IMAGES", "SELECTOR"]);
    assert.deepEqual(deploy?.[1], [
      "deployment.apps/api",
      "1/2",
      "2",
      "1",
      "3d",
      "app,proxy",
      "registry.internal/api:1.1,registry.internal/proxy:2",
      "app=api",
    ]);
    assert.deepEqual(rs?.[2]?.slice(0, 5), ["replicaset.apps/api-6f9b8", "2", "2", "1", "20m"]);
    assert.deepEqual(svc?.[1], ["service/api", "NodePort", "10.96.0.20", "<none>", "80:30080/TCP", "3d", "app=api"]);
    assert.deepEqual(sts?.[1]?.slice(0, 2), ["statefulset.apps/store", "2/3"]);
    assert.deepEqual(hpa?.[1]?.slice(1, 6), ["Deployment/api", "cpu: 83%/60%", "2", "6", "2"]);
    assert.deepEqual(ing?.[1]?.slice(1), ["nginx", "shop.example", "192.0.2.7", "80, 443", "3d"]);
  },
  "get all and a custom resource are found by discovery": async ({ kubectl }) => {
    const all = succeeded(await kubectl("get all"));
    for (const name of ["pod/worker-0", "service/api", "deployment.apps/api", "replicaset.apps/api-5d4c7", "statefulset.apps/store"])
      assert.ok(all.includes(name), name);
    assert.deepEqual(rows(succeeded(await kubectl("get wd"))), [
      ["NAME", "AGE"],
      ["gear", "3d"],
    ]);
    assert.match(succeeded(await kubectl("api-resources --namespaced=true")), /^deployments +deploy +apps\/v1 +true +Deployment$/m);
  },
  "get events is sorted, wide and filtered": async ({ kubectl }) => {
    const events = rows(succeeded(await kubectl("get events --sort-by=.lastTimestamp")));
    assert.deepEqual(events[0], ["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"]);
    assert.deepEqual(
      events.slice(1).map(([, , reason]) => reason),
      ["Scheduled", "ScalingReplicaSet", "Failed", "BackOff"],
    );
    assert.deepEqual(events[1]?.slice(0, 4), ["20m", "Normal", "Scheduled", "pod/api-6f9b8-x2x4z"]);
    const wide = rows(succeeded(await kubectl("get events -o wide --field-selector involvedObject.name=api-6f9b8-x2x4z,type=Warning")));
    assert.deepEqual(wide[1]?.slice(4), [
      "spec.containers{app}",
      "kubelet, node-1",
      "Back-off restarting failed container app",
      "15m",
      "24",
      "api.1",
    ]);
    assert.equal(wide.length, 2);
  },
  "get -o yaml and -o json are whole objects whose times are moved and whose data is not": async ({ kubectl }) => {
    const yaml = succeeded(await kubectl("get pod api-6f9b8-x2x4z -o yaml"));
    assert.match(yaml, /^kind: Pod$/m);
    assert.match(yaml, /reason: OOMKilled/);
    assert.match(yaml, /2026-03-04T00:00:00Z/, "an argument stays");
    assert.match(yaml, /2026-01-01T00:00:00Z/, "the value of a variable stays");
    const list = JSON.parse(succeeded(await kubectl("get pods -o json"))) as {
      items: { kind: string; metadata: { creationTimestamp: string } }[];
    };
    assert.equal(list.items.length, 4);
    assert.equal(list.items[0]?.kind, "Pod");
    const minutes = (Date.now() - Date.parse(list.items[0]?.metadata.creationTimestamp ?? "")) / 60_000;
    assert.equal(Math.floor(minutes), 20);
    assert.equal(succeeded(await kubectl("get cm api -o jsonpath={.data.RELEASED_AT}")), "2026-03-04T11:40:00Z");
    const restarted = succeeded(await kubectl("get deploy api -o jsonpath={.spec.template.metadata.annotations}"));
    assert.ok(!restarted.includes("2026-03-04T12:30:00+01:00") && restarted.includes("+01:00"), restarted);
  },
  "describe tells a pod's, a deployment's and a node's story": async ({ kubectl }) => {
    const pod = succeeded(await kubectl("describe pod api-6f9b8-x2x4z"));
    assert.match(pod, /Last State: +Terminated\n +Reason: +OOMKilled\n +Exit Code: +137/);
    assert.match(pod, /Controlled By: +ReplicaSet\/api-6f9b8/);
    assert.match(pod, /Warning +BackOff +.*\(x24 over 15m\).*Back-off restarting failed container app/);
    assert.ok(!pod.includes("ScalingReplicaSet"), "only its own events");
    const deploy = succeeded(await kubectl("describe deploy api"));
    assert.match(deploy, /2 desired \| 2 updated \| 2 total \| 1 available \| 1 unavailable/);
    assert.match(deploy, /NewReplicaSet: +api-6f9b8 \(2\/2 replicas created\)/);
    assert.match(deploy, /Scaled up replica set api-6f9b8 to 2/);
    const node = succeeded(await kubectl("describe node node-1"));
    assert.match(node, /Non-terminated Pods: +\(4 in total\)/);
    assert.match(succeeded(await kubectl("describe svc api")), /NodePort: +http +30080\/TCP/);
  },
  "logs: of a container, the tail, the run before, with timestamps": async ({ kubectl, requests }) => {
    const tail = succeeded(await kubectl("logs api-6f9b8-z5k7q -c app --tail=2"));
    assert.equal(tail, "request 8 ok\nrequest 9 ok\n");
    const before = succeeded(await kubectl("logs api-6f9b8-x2x4z -c app --previous"));
    assert.match(before, /^api 1\.1 starting\n/);
    assert.ok(before.endsWith("table: 60 of 64 MiB used\n"));
    const own = /"ts":"([^"]+)"/.exec(before)?.[1] ?? "";
    assert.equal(Math.floor((Date.now() - Date.parse(own)) / 60_000), 2, "the program's own stamp moves with the line");
    assert.ok(before.includes('"order":"2019-05-06T07:08:09Z"'), "another date is data");
    const stamped = succeeded(await kubectl("logs api-6f9b8-z5k7q -c proxy --timestamps"));
    assert.match(stamped, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000000Z proxy ready\n$/);
    assert.equal(succeeded(await kubectl("logs -f migrate-h8s2v")), "12 migrations applied\n");
    assert.match(succeeded(await kubectl("logs -l app=api --all-containers --tail=1")), /proxy ready/);
    assert.match(succeeded(await kubectl("logs deploy/api -c app --since=3m30s")), /request 9 ok|table: 60/);
    assert.ok(requests.some(({ path, status }) => status === 200 && path.includes("/log?container=app&previous=true")));
  },
  "logs that are not there are refused in the API's words": async ({ kubectl }) => {
    const waiting = await kubectl("logs worker-0");
    assert.equal(waiting.code, 1);
    assert.match(waiting.stderr, /container "worker" in pod "worker-0" is waiting to start: trying and failing to pull image/);
    const never = await kubectl("logs api-6f9b8-z5k7q -c app --previous");
    assert.match(never.stderr, /previous terminated container "app" in pod "api-6f9b8-z5k7q" not found/);
    assert.match((await kubectl("logs api-6f9b8-z5k7q -c nosuch")).stderr, /container nosuch is not valid for pod api-6f9b8-z5k7q/);
    assert.match((await kubectl("logs nosuch")).stderr, /pods "nosuch" not found/);
  },
  "rollout history and status read the replica sets": async ({ kubectl }) => {
    const history = succeeded(await kubectl("rollout history deploy/api"));
    assert.match(history, /REVISION +CHANGE-CAUSE\n1 +release 1\.0\n2 +release 1\.1\n/);
    assert.match(succeeded(await kubectl("rollout history deploy/api --revision=1")), /registry\.internal\/api:1\.0/);
    assert.equal(succeeded(await kubectl("rollout status deploy/agent -n ops")), 'deployment "agent" successfully rolled out\n');
    const unfinished = await kubectl("rollout status deploy/api --timeout=1s");
    assert.equal(unfinished.code, 1);
    assert.match(unfinished.stdout, /1 of 2 updated replicas are available/);
  },
  "top is refused clearly": async ({ kubectl }) => {
    for (const line of ["top pods", "top nodes"]) {
      const ran = await kubectl(line);
      assert.equal(ran.code, 1);
      assert.match(ran.stderr, /Metrics API not available/);
    }
  },
  "auth can-i says that reading is allowed and nothing else is": async ({ kubectl }) => {
    assert.equal(succeeded(await kubectl("auth can-i get pods")), "yes\n");
    assert.equal(succeeded(await kubectl("auth can-i list deployments.apps -n ops")), "yes\n");
    assert.equal(succeeded(await kubectl("auth can-i get pods --subresource=log")), "yes\n");
    for (const line of ["delete pods", "create pods --subresource=exec", "patch deployments", "* *"]) {
      const ran = await kubectl(`auth can-i ${line}`);
      assert.equal(ran.code, 1, line);
      assert.match(ran.stdout, /^no - this cluster is a recording/, line);
    }
    assert.match(succeeded(await kubectl("auth can-i --list")), /^\*\.\* .*\[get list watch\]$/m);
  },
  "writes are forbidden and say so": async ({ kubectl, requests }) => {
    const manifest = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "api" }, data: { MODE: "slow" } });
    for (const line of [
      "delete pod worker-0 --wait=false",
      "scale deploy/api --replicas=3",
      "set image deploy/api app=x:2",
      "rollout restart deploy/api",
      "rollout undo deploy/api",
      'patch cm api -p {"data":{"MODE":"slow"}}',
      "annotate pod worker-0 a=b",
      "exec worker-0 -- ls",
      "run probe --image=x",
      "create -f -",
      "apply -f -",
      "apply --dry-run=server -f -",
      "apply --server-side -f -",
      "diff -f -",
    ]) {
      const ran = await kubectl(line, manifest);
      assert.notEqual(ran.code, 0, line);
      assert.match(ran.stderr, readOnly, line);
    }
    assert.equal(succeeded(await kubectl("get cm api -o jsonpath={.data.MODE}")), "fast");
    assert.ok(requests.filter(({ method }) => method !== "GET").every(({ status }) => status === 403));
  },
  "secrets show their keys and never a value": async ({ kubectl }) => {
    for (const line of [
      "get secret db -o yaml",
      "get secrets -o json",
      "get secrets -A -o json --show-managed-fields",
      "describe secret db",
      "get secret db -o jsonpath={.data.password}",
    ]) {
      const ran = await kubectl(line);
      for (const value of ["correct horse", "Y29ycmVjdCBob3JzZQ", "shopkeeper", "c2hvcGtlZXBlcg"])
        assert.ok(!ran.stdout.includes(value) && !ran.stderr.includes(value), `${line} gives ${value} away`);
    }
    assert.deepEqual(rows(succeeded(await kubectl("get secrets"))), [
      ["NAME", "TYPE", "DATA", "AGE"],
      ["db", "Opaque", "2", "3d"],
    ]);
    assert.equal(succeeded(await kubectl("get secret db -o jsonpath={.data.password}")), Buffer.from("REDACTED").toString("base64"));
  },
  "what is not there is said as Kubernetes says it": async ({ kubectl }) => {
    assert.match((await kubectl("get pod nosuch")).stderr, /Error from server \(NotFound\): pods "nosuch" not found/);
    assert.match((await kubectl("get deploy nosuch")).stderr, /deployments\.apps "nosuch" not found/);
    assert.match((await kubectl("get nosuch")).stderr, /the server doesn't have a resource type "nosuch"/);
    assert.match((await kubectl("get pods -n nosuch")).stderr, /No resources found in nosuch namespace\./);
    assert.match((await kubectl("get pods --field-selector spec.color=red")).stderr, /field label not supported: spec\.color/);
    assert.match((await kubectl("get pods --chunk-size=2 -o name")).stdout, /api-6f9b8-x2x4z\n(.*\n){2}pod\/worker-0\n/);
  },
  "a watch ends by itself": async ({ kubectl }) => {
    const ran = await kubectl("get pods -w");
    assert.match(ran.stdout, /api-6f9b8-x2x4z/);
    assert.equal(rows(ran.stdout).length, 5, "nothing is listed twice");
  },
};

const kubectls = await findKubectls();
if (kubectls.length === 0)
  test("kubectl against a recorded cluster", (t) => t.skip("no kubectl on the PATH and none in CLOISTER_TEST_KUBECTL"));
for (const binary of kubectls)
  for (const [name, check] of Object.entries(checks)) test(`${binary}: ${name}`, () => withCluster(binary, check));
