import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CliContext } from "../src/cli/context.ts";
import { triageOf } from "../src/cli/incident-session.ts";
import { readManifestFolder } from "../src/cli/triage-facts.ts";
import { loadScenario } from "../src/incident/scenario.ts";
import { createGateway } from "../src/gateway/gateway.ts";
import { randomIds } from "../src/gateway/random-ids.ts";
import { listen } from "../src/gateway/listen.ts";
import { dietOf } from "../src/prompt/diet.ts";
import { codeSystem, incidentSystem } from "../src/prompt/system-text.ts";
import { firstLookGuide } from "../src/runbook/first-look.ts";
import type { Guide } from "../src/runbook/guidance.ts";
import { createGuide } from "../src/runbook/guide.ts";
import { parseRunbook } from "../src/runbook/runbook.ts";
import type { Runtime } from "../src/runtime/runtime.ts";
import type { Contender, Serving } from "./contender.ts";
import { openModel } from "./open-model.ts";
import { type Recording, recordedScenario } from "./recording.ts";
import type { Versions } from "./row.ts";

export interface CloisterOptions {
  /** A model of the store, by name. */
  readonly model: string;
  /** Tokens. */
  readonly window: number;
  /** Whose profile and guide the gateway has: as `cloister incident run`, or as `cloister run`. */
  readonly recording: Recording;
  readonly versions: Versions;
}

/** Our gateway over the embedded runtime, on a free loopback port. */
export function cloisterContender(context: CliContext, options: CloisterOptions): Contender {
  return {
    name: "cloister",
    versions: options.versions,
    async start(signal) {
      const { runtime, guidance } = await openModel(context, options, signal);
      return serveRuntime(runtime, options.recording.kind, await guideFor(context, options.recording, guidance));
    },
  };
}

async function guideFor(
  context: CliContext,
  { kind, namespace, workDir }: Recording,
  level: "free" | "steps" | "forms",
): Promise<Guide | undefined> {
  if (kind === "code") return level === "free" ? undefined : firstLookGuide;
  const path = join(context.packageRoot, "runbooks", "kubernetes-incident.yaml");
  // All that `cloister incident run` tells the guide: its first turn opens with what triage found.
  const scenario = await loadScenario(join(context.packageRoot, "scenarios", recordedScenario));
  const manifests = await readManifestFolder(scenario.paths.repo);
  const { facts: triage } = await triageOf(scenario, manifests, true);
  const facts = { namespace, workdir: workDir, manifests: [...manifests.keys()], triage };
  return createGuide({ runbook: parseRunbook(await readFile(path, "utf8"), path), level, facts });
}

/** Serves a runtime through the gateway of a profile. Closing it closes the runtime too. */
export async function serveRuntime(runtime: Runtime, profile: Recording["kind"], guide?: Guide): Promise<Serving> {
  const token = randomBytes(16).toString("hex");
  let [computed, cached] = [0, 0];
  const gateway = createGateway({
    runtime,
    token,
    diet: profile === "recipe" ? dietOf("full") : dietOf(profile, profile === "incident" ? incidentSystem : codeSystem),
    guide,
    observe(event) {
      if (event.type !== "turn") return;
      computed += event.promptTokens - event.cachedTokens;
      cached += event.cachedTokens;
    },
    now: Date.now,
    newId: randomIds(),
  });
  try {
    const listening = await listen((request, node) => gateway.fetch(request, node), { host: "127.0.0.1", port: 0 });
    return {
      url: listening.url,
      model: runtime.facts.model,
      token,
      counters: () => Promise.resolve({ computed, cached }),
      async close() {
        await listening.close();
        await gateway.close();
        await runtime.close();
      },
    };
  } catch (thrown) {
    await runtime.close();
    throw thrown;
  }
}
