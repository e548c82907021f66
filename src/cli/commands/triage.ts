import { Command } from "commander";
import { lastRollout, type Rollout } from "../../triage/changes.ts";
import { renderFindings } from "../../triage/render.ts";
import type { Snapshot } from "../../triage/snapshot.ts";
import { triage } from "../../triage/triage.ts";
import { addClusterOptions, type ClusterOptions, demandNamespace, openCluster } from "../cluster/cluster-options.ts";
import type { CliContext } from "../context.ts";
import { printable } from "../show/style.ts";

/** `cloister triage`: what is abnormal in a namespace, without a model. */
export function triageCommand(context: CliContext): Command {
  return addClusterOptions(new Command("triage"))
    .description("what is abnormal in a namespace of Kubernetes, the likeliest cause first; reads only, asks no model")
    .option("--json", "every finding whole, as JSON")
    .addHelpText(
      "after",
      `
Examples:
  cloister triage -n shop
  cloister triage --scenario oom-kill --json

Exit status: 0 nothing abnormal, 1 something is, 2 wrong usage, 3 kubectl, the namespace or the scenario is missing,
4 the cluster could not be read.`,
    )
    .exitOverride()
    .action(async (options: ClusterOptions & { json?: true }) => {
      const { snapshot, namespace } = await openCluster(context, options);
      demandNamespace(snapshot, namespace);
      const findings = triage(snapshot, namespace);
      if (options.json === true) context.stdout.write(`${JSON.stringify({ namespace, findings }, undefined, 2)}\n`);
      else context.stdout.write(`${printable(renderFindings(findings, rolloutsOf(snapshot, namespace)))}\n`);
      if (findings.length > 0) process.exitCode = 1;
    });
}

/** What each deployment's last rollout changed, by its name. */
export function rolloutsOf(snapshot: Snapshot, namespace: string): ReadonlyMap<string, Rollout> {
  return new Map(
    snapshot.of("Deployment", namespace).flatMap((deployment): [string, Rollout][] => {
      const rollout = lastRollout(snapshot, deployment);
      return rollout === undefined ? [] : [[deployment.name, rollout]];
    }),
  );
}
