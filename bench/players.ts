import type { Bench } from "./bench.ts";
import { cloisterContender } from "./contender-cloister.ts";
import type { Contender } from "./contender.ts";
import { gatewayContender, llamaServerContender } from "./contender-peers.ts";
import { recordSession } from "./record-session.ts";
import { cutRecording, readRecording, recordedScenario, type Recording, type RecordingKind } from "./recording.ts";
import type { Measured } from "./row.ts";
import { storedSamples } from "./play-rounds.ts";
import type { Played, Player } from "./session-rows.ts";

/** A recording of the client, made once for a results folder. */
export async function recorded({ context, options, results, view }: Bench, kind: RecordingKind): Promise<Recording> {
  const known = readRecording(await results.read(`recording-${kind}`));
  const whole = known ?? (await record());
  return kind === "recipe" && options.recipeTokens !== undefined ? cutRecording(whole, options.recipeTokens) : whole;

  async function record(): Promise<Recording> {
    view.status(`recording client ${options.client} (${kind})`);
    const made = await recordSession(context, kind, { client: options.client, scenario: recordedScenario });
    await results.write(`recording-${kind}`, made);
    return made;
  }
}

/** Ours, in a profile. */
export async function cloister(bench: Bench, kind: "incident" | "code"): Promise<Player> {
  const { context, options, versions } = bench;
  const recording = await recorded(bench, kind);
  return { contender: cloisterContender(context, { model: options.model, window: options.window, recording, versions }), recording };
}

/** llama-server itself, and the gateways before it that are here. All play the recipe. */
export async function recipePlayers(bench: Bench): Promise<Player[]> {
  const contender = engineContender(bench);
  const engine = bench.peers.find((peer) => peer.name === "llama-server" && peer.found);
  if (contender === undefined || engine?.found !== true) return [];
  const model = { modelPath: bench.modelPath, window: bench.options.window };
  const gateways = bench.peers.flatMap((peer) =>
    peer.found && peer.name !== "llama-server" ? [gatewayContender(peer, engine, model)] : [],
  );
  const recording = await recorded(bench, "recipe");
  return [contender, ...gateways].map((one) => ({ contender: one, recording }));
}

/** The peers whose rounds are all there, without measuring any. */
export async function alreadyPlayed(bench: Bench): Promise<Played[]> {
  const { results, options } = bench;
  if (readRecording(await results.read("recording-recipe")) === undefined) return [];
  const all: Played[] = [];
  for (const player of await recipePlayers(bench)) {
    const samples = (await storedSamples(results, player, options.turns, options.rounds)).filter((sample) => sample !== undefined);
    if (samples.length === options.rounds) all.push({ ...player, samples });
  }
  return all;
}

/** llama-server, where it is here. */
export function engineContender({ peers, modelPath, options }: Bench): Contender | undefined {
  const peer = peers.find(({ name }) => name === "llama-server");
  return peer?.found === true ? llamaServerContender(peer, { modelPath, window: options.window }) : undefined;
}

/** Why the recipe cannot be measured. */
export function missingEngine({ peers }: Bench): Measured {
  const peer = peers.find(({ name }) => name === "llama-server");
  if (peer === undefined) return { skipped: "llama-server is not among --peers, and the recipe runs on it." };
  return peer.found ? { skipped: "llama-server could not be used." } : { skipped: peer.reason, install: peer.install };
}
