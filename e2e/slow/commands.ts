import type { RecordedCluster } from "../../src/incident/cluster/recorded-cluster.ts";
import { listAt, textAt } from "../../src/incident/cluster/recorded-object.ts";
import { qualifiedResource, typeKey } from "../../src/incident/cluster/resource-types.ts";

/** A line for kubectl, under the heading that the table of agreements counts it. */
export interface Command {
  readonly about: string;
  readonly args: readonly string[];
}

/** What both servers are asked about a namespace: every output form, every kind that the recording has objects of, selectors, and questions that fail. */
export function commandsFor(cluster: RecordedCluster, namespace: string): readonly Command[] {
  const of = (key: string) => cluster.objects.get(key) ?? [];
  const inside = (key: string) => of(key).filter(({ metadata }) => metadata.namespace === namespace);
  const pods = inside("/v1/pods");
  const pod =
    pods.find((one) => !listAt(one, "status", "containerStatuses").every((status) => textAt(status, "ready") === "true")) ?? pods[0];
  const deployment = inside("apps/v1/deployments")[0];
  const app = Object.entries(pod?.metadata.labels ?? {})[0] ?? ["app", "none"];
  const kinds = cluster.types.filter((type) => of(typeKey(type)).length > 0 && type.group !== "events.k8s.io");
  const commands: Command[] = [];
  const add = (about: string, line: string, ...more: readonly string[]) =>
    commands.push({ about, args: [...line.split(" ").filter((word) => word !== ""), ...more] });

  for (const type of kinds) {
    const name = qualifiedResource(type);
    const some = (type.namespaced ? inside(typeKey(type)) : of(typeKey(type)))[0];
    add("get", `get ${name}`);
    add("get -A -o wide", `get ${name} -A -o wide --show-labels`);
    add("get -o yaml", `get ${name} -o yaml`);
    if (some !== undefined) add("get NAME -o json", `get ${name} ${some.metadata.name} -o json`);
    add("describe", `describe ${name}`);
  }
  add("get -o json", "get pods -o json");
  add("get -o jsonpath", "get pods -o", `jsonpath={range .items[*]}{.metadata.name}{"\\t"}{.status.phase}{"\\n"}{end}`);
  add("get -o custom-columns", "get pods -o", "custom-columns=NAME:.metadata.name,NODE:.spec.nodeName,IMAGE:.spec.containers[*].image");
  add("get -o go-template", "get pods -o", "go-template={{range .items}}{{.metadata.name}} {{.status.podIP}}\n{{end}}");
  add("get -L", `get pods -L ${app[0]} -A`);
  add("get --sort-by", "get pods --sort-by=.metadata.creationTimestamp");
  add("get --sort-by", "get events --sort-by=.lastTimestamp");
  add("get --no-headers", "get pods --no-headers -o wide");
  add("get --show-kind", "get pods --show-kind");
  add("get -l", `get pods -l ${app[0]}=${app[1]}`);
  add("get -l", `get pods -l ${app[0]}!=${app[1]} -A`);
  add("get -l", "get pods -l", `${app[0]} in (${app[1]},other)`);
  add("get -l", "get pods -l", `!${app[0]}`);
  add("get -l", "get pods -l nothing=here");
  add("get --field-selector", "get pods --field-selector status.phase=Running -A");
  add("get --field-selector", "get pods --field-selector status.phase!=Running,spec.restartPolicy=Always");
  add("get --field-selector", "get events --field-selector type=Warning");
  add("get --field-selector", "get pods --field-selector spec.nope=1");
  add("get --chunk-size", "get pods -A --chunk-size=2");
  add("get all", "get all");
  add("get all", "get all -A");
  add("get several", "get deploy,rs,svc,ep -o wide");
  add("get several", "get cm,sa -o name");
  add("get a missing one", "get pod no-such-pod");
  add("get a missing one", "describe deployment no-such-deployment");
  add("get a missing one", "get nosuchkind");
  add("get a missing one", "get pods -n no-such-namespace");
  add("get a missing one", "get pod no-such-pod --ignore-not-found");
  add("events", "events");
  add("events", "events -A --types=Warning");
  if (pod !== undefined) {
    const { name } = pod.metadata;
    add("events", `events --for pod/${name}`);
    add("describe NAME", `describe pod ${name}`);
    add("describe NAME", `describe pods -l ${app[0]}=${app[1]}`);
    add("get NAME", `get pod ${name} -o wide`);
    add("get NAME", `get pod/${name} -o`, "jsonpath={.status.containerStatuses[*].state}");
    add("get NAME", `get pod ${name} -o yaml`);
    add("logs that are refused", `logs ${name} -c no-such-container`);
  }
  if (deployment !== undefined) {
    const { name } = deployment.metadata;
    add("rollout history", `rollout history deployment/${name}`);
    add("rollout history", `rollout history deployment/${name} --revision=1`);
    add("rollout status", `rollout status deployment/${name} --watch=false`);
    add("describe NAME", `describe deployment ${name} --show-events=false`);
  }
  add("api-resources", "api-resources");
  add("api-resources", "api-resources --namespaced=false -o name");
  add("api-versions", "api-versions");
  add("auth can-i", "auth can-i list pods");
  add("auth can-i", "auth can-i get pods --subresource=log");
  add("auth can-i", "auth can-i delete pods");
  add("auth can-i", "auth can-i --list");
  add("top", "top pods");
  add("top", "top nodes");
  add("explain", "explain pod.spec.containers");
  add("version", "version");
  add("cluster-info", "cluster-info");
  add("wait", `wait --for=condition=Available deployment --all --timeout=1s`);
  return commands;
}
