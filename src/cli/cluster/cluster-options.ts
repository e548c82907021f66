import { join, resolve } from "node:path";
import type { Command } from "commander";
import { CloisterError } from "../../error.ts";
import { loadCluster } from "../../incident/cluster/load-cluster.ts";
import { snapshotOf } from "../../incident/snapshot.ts";
import { nearMisses } from "../../triage/near.ts";
import type { Snapshot } from "../../triage/snapshot.ts";
import type { CliContext } from "../context.ts";
import { findScenario } from "../find-scenario.ts";
import { printable } from "../show/style.ts";
import { type ClusterAccess, readLiveSnapshot, runKubectl } from "./live-snapshot.ts";

/** Which cluster, and where in it; the commands that look at one take these. */
export interface ClusterOptions {
  readonly namespace?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  /** A recorded incident in place of a live cluster. */
  readonly scenario?: string;
}

export function addClusterOptions(command: Command): Command {
  return command
    .option("-n, --namespace <name>", "namespace (default: that of kubectl's context)")
    .option("--kubeconfig <file>", "as kubectl takes it")
    .option("--context <name>", "as kubectl takes it")
    .option("--scenario <id>", "a recorded incident in place of a live cluster: its name, or the path of its folder");
}

export interface OpenedCluster {
  readonly snapshot: Snapshot;
  readonly namespace: string;
}

/** Reads the cluster that the options name. `more` are namespaces beside the main one. */
export async function openCluster(context: CliContext, options: ClusterOptions, more: readonly string[] = []): Promise<OpenedCluster> {
  if (options.scenario !== undefined) {
    const scenario = await findScenario(scenarioFolder(context, options.scenario));
    return { snapshot: snapshotOf(await loadCluster(scenario.paths.cluster)), namespace: options.namespace ?? scenario.namespace };
  }
  const access: ClusterAccess = { kubeconfig: options.kubeconfig, context: options.context, env: context.env, signal: context.signal };
  const namespace = options.namespace ?? (await contextNamespace(access));
  return { snapshot: await readLiveSnapshot(access, [...new Set([namespace, ...more])]), namespace };
}

/**
 * Throws `not-found` for a namespace that the cluster does not have: that nothing is abnormal there would be a false all-clear. Where this user may
 * not list namespaces, and where something is in it all the same, nothing is said.
 */
export function demandNamespace(snapshot: Snapshot, namespace: string): void {
  const names = snapshot.of("Namespace").map(({ name }) => name);
  if (names.length === 0 || names.includes(namespace) || snapshot.objects.some((object) => object.namespace === namespace)) return;
  const near = nearMisses(namespace, names)[0];
  throw new CloisterError(
    "not-found",
    `There is no namespace ${printable(namespace)} in this cluster${near === undefined ? "." : `: is it ${near}?`}`,
    { hint: "kubectl get namespaces" },
  );
}

/** A scenario of the package by its name, any other by its path. */
function scenarioFolder({ packageRoot, cwd }: CliContext, scenario: string): string {
  if (scenario === "") throw new CloisterError("usage", "--scenario names no scenario.", { hint: "cloister incident list" });
  return scenario.includes("/") || scenario.startsWith(".") ? resolve(cwd, scenario) : join(packageRoot, "scenarios", scenario);
}

/** The namespace that commands without `-n` mean. */
export async function contextNamespace(access: ClusterAccess): Promise<string> {
  const { stdout } = await runKubectl(access, ["config", "view", "--minify", "--output", "jsonpath={..namespace}"]);
  return stdout.trim() === "" ? "default" : (stdout.trim().split(/\s+/)[0] ?? "default");
}
