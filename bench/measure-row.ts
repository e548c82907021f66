import { CloisterError } from "../src/error.ts";
import { type Bench, peerVersions, settingsOf } from "./bench.ts";
import { aboutSeconds } from "./estimate.ts";
import { measureCancel } from "./measure-cancel.ts";
import { measureEngine } from "./measure-engine.ts";
import { measureEvents, measureOverhead } from "./measure-overhead.ts";
import { measureRestore } from "./measure-restore.ts";
import { playRounds, ratesOf } from "./play-rounds.ts";
import { alreadyPlayed, cloister, engineContender, missingEngine, recipePlayers, recorded } from "./players.ts";
import { makeRow, type Measured, type RowId } from "./row.ts";
import { cachedRow, firstCallRow, type Played, type Player, recomputedRow, sessionRow, tokensChart } from "./session-rows.ts";

/** Measures one row. What cannot be measured here is a reason, not an error; a fault is thrown. */
export async function measureRow(id: RowId, bench: Bench): Promise<Measured> {
  const { context, options, view, peers, versions } = bench;
  const { model, window, rounds } = options;
  const onProgress = (text: string): void => view.status(`${id}: ${text}`);
  const overhead = { peers, versions: { ...versions, ...peerVersions(peers) }, signal: context.signal, onProgress };
  switch (id) {
    case "overhead-ms":
      view.line(`${id}: one to five minutes`);
      return measureOverhead(overhead);
    case "event-us":
      view.line(`${id}: less than a minute`);
      return measureEvents({ ...overhead, versions });
    case "engine-prefill":
    case "engine-decode":
      return engineRow(id, bench);
    case "cancel-ms": {
      view.line(`${id}: about ${aboutSeconds(10 + rounds * 12)}`);
      return measureCancel(context, { model, window, rounds, peer: engineContender(bench), versions, onProgress });
    }
    case "restore": {
      const rates = await ratesOf(bench);
      view.line(`${id}: about ${aboutSeconds(10 + rounds * (10 + 3000 / rates.prefill))}`);
      return measureRestore(context, { model, window, rounds, versions, onProgress });
    }
    case "session":
      return session(bench);
    case "cached":
    case "recomputed": {
      const ours = await play(id, bench, await cloister(bench, "incident"), options.turns);
      const beside = await alreadyPlayed(bench);
      return id === "cached" ? cachedRow(ours, beside) : recomputedRow(ours, beside);
    }
    case "first-call-incident":
    case "first-call-code": {
      const recipe = engineContender(bench);
      if (recipe === undefined) return missingEngine(bench);
      const theirs = await play(id, bench, { contender: recipe, recording: await recorded(bench, "recipe") }, 1);
      return firstCallRow(await play(id, bench, await cloister(bench, id === "first-call-code" ? "code" : "incident"), 1), theirs);
    }
    default:
      return id satisfies never;
  }
}

/** Both rows come out of one measurement; the other one's is kept for when its turn comes. */
async function engineRow(id: "engine-prefill" | "engine-decode", bench: Bench): Promise<Measured> {
  const { context, options, view, results, versions } = bench;
  const peer = bench.peers.find(({ name }) => name === "llama-server");
  if (peer === undefined) return missingEngine(bench);
  const other = id === "engine-prefill" ? "engine-decode" : "engine-prefill";
  view.line(`${id} and ${other}: about ${aboutSeconds((options.rounds + 1) * 40)}`);
  const both = await measureEngine(context, { model: options.model, rounds: options.rounds, peer, versions });
  const [mine, theirs] = id === "engine-prefill" ? [both.prefill, both.decode] : [both.decode, both.prefill];
  if ("value" in theirs) await results.write(`row-${other}`, { settings: settingsOf(bench), row: makeRow(other, theirs) });
  return mine;
}

/** Everybody who is here through the whole session; writes the chart beside the figures. */
async function session(bench: Bench): Promise<Measured> {
  const { options, results, view, peers } = bench;
  if (engineContender(bench) === undefined) return missingEngine(bench);
  const players = [await cloister(bench, "incident"), ...(await recipePlayers(bench))];
  const { played, failed } = await playRounds("session", bench, players, options.turns);
  const chart = tokensChart(played, options.turns, `${options.model}, medians of ${options.rounds}; the same tool results for all`);
  view.line(`session: ${await results.writeText("tokens-per-turn.svg", chart)}`);
  const absent = [
    ...peers.flatMap((peer) => (peer.found ? [] : [[peer.name, { reason: peer.reason, install: peer.install }] as const])),
    ...[...failed].map(([name, reason]) => [name, { reason }] as const),
  ];
  const measured = sessionRow(played, options.turns, options.answerTokens);
  return { ...measured, raw: { ...measured.raw, absent: Object.fromEntries<object>(absent) } };
}

async function play(id: RowId, bench: Bench, player: Player, turns: number): Promise<Played> {
  const { played } = await playRounds(id, bench, [player], turns);
  const [only] = played;
  if (only === undefined) throw new CloisterError("internal", `${player.contender.name} has not played all its rounds.`);
  return only;
}
