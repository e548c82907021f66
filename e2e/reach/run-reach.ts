import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cliContext } from "../../src/cli/context.ts";
import { runIncidentSession, type IncidentReport } from "../../src/cli/incident-session.ts";
import { firstChoice, type Policy, randomChoice, rightChoice } from "./policy.ts";
import { createPolicyRuntime } from "./policy-runtime.ts";
import { openWorld, scenarioIds, scenariosRoot, type ScenarioWorld } from "./scenario-world.ts";

/** A session with the real client, seal, lab and gate, and a policy in the model's place. The session's folder is below `home`. */
export async function runReal(
  world: ScenarioWorld,
  policy: Policy,
  home: string,
  quickFixes: boolean,
  client = "latest",
): Promise<IncidentReport> {
  const context = { ...cliContext(new AbortController().signal), home };
  const request = {
    id: world.scenario.id,
    scenarios: scenariosRoot,
    runtime: "scripted" as const,
    guidance: "forms" as const,
    client,
    runbook: undefined,
    without: quickFixes ? [] : (["quick-fix"] as const),
    open: ({ workdir }: { readonly workdir: string }) =>
      Promise.resolve({ runtime: createPolicyRuntime(policy, workdir), guidance: "forms" as const, loadMs: 0 }),
  };
  return runIncidentSession(context, request, () => {});
}

/** How a real run ended, in one word, with its calls. `wrong`: a pull request that the hidden checks reject, or one in a control. */
export function outcomeOf(world: ScenarioWorld, { result, summary }: IncidentReport): string {
  const { pullRequest, verify, client } = result;
  if (client.timedOut) return `timed out (${summary.calls})`;
  if (pullRequest === undefined) return `handed over (${summary.calls})${client.code === 0 ? "" : ` status ${client.code ?? "none"}`}`;
  const right = verify?.outcome === "passed" && world.scenario.truth.causes.length > 0;
  return `${right ? "closed" : "wrong"} (${summary.calls})`;
}

/** The table of every scenario, or of those that are named: some seconds for each run. */
async function main(): Promise<void> {
  const named = process.argv.slice(2).filter((word) => !word.startsWith("-"));
  const home = await mkdtemp(join(tmpdir(), "rr-"));
  try {
    for (const id of named.length > 0 ? named : await scenarioIds()) {
      const world = await openWorld(id);
      const told: string[] = [];
      for (const [name, policy, fixes] of [
        ["fix, first", firstChoice, true],
        ["no fix, right", rightChoice(world.right), false],
        ["no fix, random", randomChoice(1), false],
      ] as const) {
        const started = Date.now();
        const outcome = await runReal(world, policy, home, fixes).then(
          (report) => outcomeOf(world, report),
          (thrown: unknown) => `error: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
        );
        told.push(`${name}: ${outcome} ${((Date.now() - started) / 1000).toFixed(0)} s`);
      }
      process.stdout.write(`${id.padEnd(22)}${told.map((one) => one.padEnd(38)).join("")}\n`);
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

if (process.argv[1]?.endsWith("run-reach.js") === true) await main();
