import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { triageFacts } from "../../src/cli/triage-facts.ts";
import { createGuide } from "../../src/runbook/guide.ts";
import { parseRunbook, type Runbook } from "../../src/runbook/runbook.ts";
import { type DryRun, manifestsOf, repositoryText, runDry } from "./dry-session.ts";
import type { Policy } from "./policy.ts";
import { type ScenarioWorld, verifyTree } from "./scenario-world.ts";

/** How a run ended, in one word. `wrong`: a pull request that the hidden checks reject, or one in a control. */
export type Outcome = "closed" | "wrong" | "handed over" | "no end";

export interface Reached extends DryRun {
  readonly outcome: Outcome;
  readonly calls: number;
}

export interface ReachOptions {
  readonly quickFixes: boolean;
  /** False: triage names places and no values for them. */
  readonly candidates?: boolean;
  /** False: nobody looked before the session. */
  readonly triage?: boolean;
}

const runbooks = resolve(import.meta.dirname, "../../../runbooks");
const workdir = "/work/repository";

/** Takes a scenario through the guide with a policy in the model's place. */
export async function reach(world: ScenarioWorld, policy: Policy, options: ReachOptions): Promise<Reached> {
  const { scenario, snapshot, repository } = world;
  const files = manifestsOf(repository);
  const triage =
    options.triage === false
      ? undefined
      : triageFacts({
          snapshot,
          namespace: scenario.namespace,
          files,
          repositoryText: repositoryText(repository),
          quickFixes: options.quickFixes,
        });
  const places = triage?.places.map((place) => (options.candidates === false ? { ...place, candidates: [] } : place)) ?? [];
  const told = triage === undefined ? undefined : { ...triage, places };
  const facts = { namespace: scenario.namespace, workdir, manifests: [...files.keys()], triage: told };
  const guide = createGuide({ runbook: await runbookOf(world), level: "forms", facts });
  const run = await runDry(world, guide, policy, workdir);
  return { ...run, outcome: await outcomeOf(world, run), calls: run.turns.filter(({ role }) => role === "tool").length };
}

async function outcomeOf(world: ScenarioWorld, { pushed, end }: DryRun): Promise<Outcome> {
  if (end.startsWith("Pull request opened")) {
    const judged = pushed === undefined ? undefined : await verifyTree(world, pushed);
    return judged?.outcome === "passed" && world.scenario.truth.causes.length > 0 ? "closed" : "wrong";
  }
  return end.startsWith("(") ? "no end" : "handed over";
}

/** The package's runbook for the scenario, with the scenario's budgets. */
async function runbookOf({ scenario }: ScenarioWorld): Promise<Runbook> {
  const file = join(runbooks, scenario.tags.includes("code") ? "code-incident.yaml" : "kubernetes-incident.yaml");
  const runbook = parseRunbook(await readFile(file, "utf8"), file);
  return { ...runbook, budget: { ...runbook.budget, calls: scenario.budgets.calls, looks: scenario.budgets.looks } };
}
