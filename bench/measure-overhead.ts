import { Agent } from "node:http";
import { canonicalise } from "../src/prompt/canonical.ts";
import { applyDiet, dietOf } from "../src/prompt/diet.ts";
import { parseRequest } from "../src/messages/request.ts";
import { type ChildProgram, startProgram } from "./child-program.ts";
import { serveGatewayPeer } from "./contender-peers.ts";
import type { FoundPeer } from "./find-peers.ts";
import { callMessages } from "./messages-call.ts";
import type { Measured } from "./row.ts";
import { median, quantile } from "./statistics.ts";
import { syntheticRequest } from "./synthetic-request.ts";

const requestBytes = 96 * 1024;
const streamedTokens = 50;
const requests = 200;
const blocks = 4;
/** Not timed: connections are made, code is compiled. */
const warmUps = 20;
/** Milliseconds that a slow contender may take for one block; then it has fewer requests, and its figures say how many. */
const blockPatience = 60_000;

interface Target {
  readonly name: string;
  readonly url: string;
  readonly model: string;
  readonly token: string;
}

export interface OverheadOptions {
  readonly peers: readonly FoundPeer[];
  readonly versions: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

/**
 * `overhead-ms`: what the gateway adds to a request, sequential, on loopback, every process its own. Ours answers from a runtime that costs
 * nothing, the others from a stub of a model; the stub asked directly is what HTTP itself takes, and is taken off. In blocks, in turn.
 */
export async function measureOverhead(options: OverheadOptions): Promise<Measured> {
  const { signal, onProgress } = options;
  return withTargets(options, async (targets, absent) => {
    const times = new Map<string, number[]>(targets.map(({ name }) => [name, []]));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      let seed = 0;
      const once = async (target: Target): Promise<number> => {
        const body = { ...syntheticRequest(requestBytes, ++seed), model: target.model, max_tokens: streamedTokens };
        const { endMs, error } = await callMessages({ ...target, agent, signal }, body);
        if (error !== undefined) throw new Error(`${target.name} answered with ${error}`);
        return endMs;
      };
      const failed = new Map<string, string>();
      for (let block = 0; block < blocks; block++) {
        for (const target of targets.filter(({ name }) => !failed.has(name))) {
          onProgress(`${target.name}, block ${block + 1} of ${blocks}`);
          try {
            const until = performance.now() + blockPatience;
            for (let n = 0; block === 0 && n < warmUps && performance.now() < until; n++) await once(target);
            for (let n = 0; n < requests / blocks && performance.now() < until; n++) times.get(target.name)?.push(await once(target));
          } catch (thrown) {
            signal.throwIfAborted();
            // One of ours that fails is a fault; one of theirs is a line in the figures.
            if (target.name === "cloister" || target.name === "direct") throw thrown;
            failed.set(target.name, String(thrown));
          }
        }
      }
      const p50 = new Map([...times].filter(([, list]) => list.length > 0).map(([name, list]) => [name, median(list)]));
      const direct = p50.get("direct") ?? Number.NaN;
      const figures = [...times].map(([name, list]) => [name, figuresOf(list, direct, failed.get(name))]);
      return {
        value: (p50.get("cloister") ?? Number.NaN) - direct,
        raw: {
          requestBytes,
          streamedTokens,
          unit: "ms",
          contenders: Object.fromEntries(figures) as object,
          absent,
          partsMs: measureParts(),
          openaiRuntime: "not measured: this version's gateway is measured over a runtime in its own process",
        },
        versions: options.versions,
      };
    } finally {
      agent.destroy();
    }
  });
}

const longStream = 2050;
const eventRounds = 21;

/** `event-us`: the slope between a short and a long stream, so that the request's own share is not in it. The stub's beside it. */
export async function measureEvents(options: OverheadOptions): Promise<Measured> {
  const { signal, onProgress } = options;
  return withTargets({ ...options, peers: [] }, async (targets) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      const slopes = new Map<string, number[]>(targets.map(({ name }) => [name, []]));
      for (let round = 0; round <= eventRounds; round++) {
        onProgress(`round ${round} of ${eventRounds}`);
        for (const target of targets) {
          const timed = async (tokens: number): Promise<number> => {
            const body = { ...syntheticRequest(4096, round), model: target.model, max_tokens: tokens };
            return (await callMessages({ ...target, agent, signal }, body)).endMs;
          };
          const short = await timed(streamedTokens);
          const long = await timed(longStream);
          if (round > 0) slopes.get(target.name)?.push(((long - short) * 1000) / (longStream - streamedTokens));
        }
      }
      const medians = Object.fromEntries([...slopes].map(([name, list]) => [name, median(list)]));
      return {
        value: medians["cloister"] ?? Number.NaN,
        raw: { unit: "µs for each event, sending and reading it included", medians, rounds: Object.fromEntries(slopes) },
        versions: options.versions,
      };
    } finally {
      agent.destroy();
    }
  });
}

function figuresOf(times: readonly number[], direct: number, failed: string | undefined): object {
  if (times.length === 0) return { failed };
  const p50 = median(times);
  return {
    requests: times.length,
    p50,
    p90: quantile(times, 0.9),
    p99: quantile(times, 0.99),
    added: p50 - direct,
    ...(failed === undefined ? {} : { failed }),
  };
}

/** The stub asked directly, ours, and the peers that are here, all started; and why the others are not. */
async function withTargets<T>(
  { peers, signal, onProgress }: OverheadOptions,
  work: (targets: readonly Target[], absent: Readonly<Record<string, unknown>>) => Promise<T>,
): Promise<T> {
  const closers: (() => Promise<void>)[] = [];
  const own = async (program: Promise<ChildProgram>): Promise<ChildProgram> => {
    const started = await program;
    closers.push(() => started.close());
    return started;
  };
  try {
    const stub = await own(startProgram("stub-server.js", signal));
    const ours = await own(startProgram("gateway-server.js", signal));
    const stubUrl = `http://127.0.0.1:${String(stub.hello["port"])}`;
    const targets: Target[] = [
      { name: "direct", url: stubUrl, model: "bench", token: "none" },
      { name: "cloister", url: `http://127.0.0.1:${String(ours.hello["port"])}`, model: "bench", token: String(ours.hello["token"]) },
    ];
    const absent: Record<string, unknown> = {};
    for (const peer of peers) {
      if (peer.name === "llama-server") continue;
      if (!peer.found) {
        absent[peer.name] = { reason: peer.reason, install: peer.install };
        continue;
      }
      onProgress(`starting ${peer.name}`);
      try {
        const serving = await serveGatewayPeer(peer, stubUrl, signal);
        closers.push(() => serving.close());
        targets.push({ name: peer.name, ...serving });
      } catch (thrown) {
        signal.throwIfAborted();
        absent[peer.name] = { reason: String(thrown) };
      }
    }
    return await work(targets, absent);
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

/** Where the gateway's milliseconds go, each part by itself in this process: medians of 100 different requests. */
function measureParts(): Readonly<Record<string, number>> {
  const texts = Array.from({ length: 120 }, (_, seed) => Buffer.from(JSON.stringify(syntheticRequest(requestBytes, seed))));
  const times: Record<string, number[]> = { json: [], "json and schema": [], canonical: [], diet: [] };
  for (const [round, text] of texts.entries()) {
    const timed = <R>(part: string, work: () => R): R => {
      const started = performance.now();
      const result = work();
      if (round >= 20) times[part]?.push(performance.now() - started);
      return result;
    };
    timed("json", () => JSON.parse(text.toString("utf8")) as unknown);
    const request = timed("json and schema", () => parseRequest(text));
    const canonical = timed("canonical", () => canonicalise(request));
    timed("diet", () => applyDiet(canonical, dietOf("full")));
  }
  return Object.fromEntries(Object.entries(times).map(([part, list]) => [part, median(list)]));
}
