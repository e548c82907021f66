import { join, resolve } from "node:path";
import { loadCluster } from "../src/incident/cluster/load-cluster.ts";
import { loadScenario } from "../src/incident/scenario.ts";
import { snapshotOf } from "../src/incident/snapshot.ts";
import type { JsonValue } from "../src/messages/conversation.ts";
import { checkChange } from "../src/triage/check.ts";
import { type KubeObject, readObjects } from "../src/triage/kube-object.ts";
import { createSnapshot } from "../src/triage/snapshot.ts";
import { triage } from "../src/triage/triage.ts";
import { median } from "./statistics.ts";

/**
 * How long triage and check take in a large namespace: `node dist/bench/triage.js [OBJECTS]`, 10,000 where none is given. The namespace of a recorded incident is
 * put down again and again under other names, so that what is wrong is wrong hundreds of times.
 */
const wanted = Number(process.argv[2] ?? 10_000);
const scenarios = resolve(import.meta.dirname, "../../scenarios");
const rounds = 3;

for (const id of ["oom-kill", "image-typo", "selector-label"]) {
  const { namespace, paths } = await loadScenario(join(scenarios, id));
  const snapshot = snapshotOf(await loadCluster(paths.cluster));
  const own = snapshot.objects.filter((object) => object.namespace === namespace && object.name !== "kube-root-ca.crt");
  const others = snapshot.objects.filter((object) => !own.includes(object));
  const copies = Math.ceil((wanted - others.length) / own.length);
  const objects = [...others, ...Array.from({ length: copies }, (_, copy) => own.map((object) => renamed(object, copy))).flat()];
  // A snapshot keeps what was worked out of it, so each round looks at one of its own.
  const large = () =>
    createSnapshot({ now: snapshot.now, objects, covers: (kind) => snapshot.covers(kind), log: (container) => snapshot.log(container) });
  const change = own.filter(({ kind }) => kind === "Deployment").slice(0, 1);
  const times = { triage: [] as number[], check: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.triage.push(took(() => triage(large(), namespace)));
    times.check.push(took(() => checkChange(large(), [namespace], { before: change, after: change.map(withReplicas) })));
  }
  const found = triage(large(), namespace).length;
  console.log(
    `${id}: ${objects.length} objects, ${found} findings, triage ${Math.round(median(times.triage))} ms, check ${Math.round(median(times.check))} ms of one core (median of ${rounds})`,
  );
}

/** The object and all that names it, under other names. */
function renamed(object: KubeObject, copy: number): KubeObject {
  if (copy === 0 || object.kind === "Namespace") return object;
  const [again] = readObjects(
    JSON.parse(
      JSON.stringify(object.json).replaceAll(/"(name|app|uid|app\.kubernetes\.io\/[a-z-]+)":"([^"]{1,200})"/g, `"$1":"$2-${copy}"`),
    ) as JsonValue,
  );
  return again ?? object;
}

function withReplicas(object: KubeObject): KubeObject {
  const spec = object.json["spec"] as Record<string, JsonValue>;
  return { ...object, json: { ...object.json, spec: { ...spec, replicas: 7 } } };
}

function took(work: () => unknown): number {
  // Time of the processor: what else the machine does is not in it.
  const from = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1000;
}
