import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CloisterError } from "../src/error.ts";
import { freePort, type RunningServer, startServer } from "./child-server.ts";
import type { Contender, EngineCounters, Serving } from "./contender.ts";
import type { FoundPeer } from "./find-peers.ts";
import { type PeerPlan, planLitellm, planLlamaServer, type PlanOptions, planRouter, servedModel } from "./peer-plans.ts";

type Peer = Extract<FoundPeer, { readonly found: true }>;

export interface PeerModel {
  readonly modelPath: string;
  /** Tokens. */
  readonly window: number;
}

/** Known to nobody outside this machine, and only good while the bench runs. */
const token = "sk-cloister-bench";

/** llama-server's own Messages endpoint. */
export function llamaServerContender(peer: Peer, model: PeerModel): Contender {
  return {
    name: "llama-server",
    versions: { "llama-server": peer.version },
    start: (signal) =>
      openAll(async (own) => {
        const engine = await own(await startPeer((options) => planLlamaServer({ ...options, program: peer.program, ...model }), signal));
        return { url: engine.url, model: servedModel, token, counters: () => readCounters(engine.url, signal) };
      }),
  };
}

/** A gateway of somebody else before llama-server, which it asks for chat completions. */
export function gatewayContender(peer: Peer, engine: Peer, model: PeerModel): Contender {
  const name = peer.name === "litellm" ? "litellm" : "claude-code-router";
  return {
    name,
    versions: { [name]: peer.version, "llama-server": engine.version },
    start: (signal) =>
      openAll(async (own) => {
        const upstream = await own(
          await startPeer((options) => planLlamaServer({ ...options, program: engine.program, ...model }), signal),
        );
        const gateway = await own(await startGatewayPeer(peer, upstream.url, signal));
        return { url: gateway.url, model: gatewayModel(peer), token, counters: () => readCounters(upstream.url, signal) };
      }),
  };
}

/** A gateway of somebody else before any OpenAI-compatible server. */
export async function serveGatewayPeer(
  peer: Peer,
  upstream: string,
  signal: AbortSignal,
): Promise<Pick<Serving, "url" | "model" | "token" | "close">> {
  const gateway = await startGatewayPeer(peer, upstream, signal);
  return { url: gateway.url, model: gatewayModel(peer), token, close: () => gateway.close() };
}

function startGatewayPeer(peer: Peer, upstream: string, signal: AbortSignal): Promise<RunningServer> {
  const plan = (options: Omit<PlanOptions, "program">): PeerPlan =>
    peer.name === "litellm"
      ? planLitellm({ ...options, program: peer.program, upstream })
      : planRouter({ ...options, program: peer.program, upstream, node: process.execPath });
  return startPeer(plan, signal);
}

/** claude-code-router takes a model of a provider as `provider,model`. */
function gatewayModel(peer: Peer): string {
  return peer.name === "litellm" ? servedModel : `local,${servedModel}`;
}

/** Starts a planned server with a private folder, which goes when it is closed. */
export async function startPeer(plan: (options: Omit<PlanOptions, "program">) => PeerPlan, signal: AbortSignal): Promise<RunningServer> {
  const home = await mkdtemp(join(tmpdir(), "cloister-peer-"));
  const remove = (): Promise<void> => rm(home, { recursive: true, force: true, maxRetries: 3 });
  try {
    const { server, files } = plan({ port: await freePort(), home, token });
    for (const { path, content } of files) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content, { mode: 0o600 });
    }
    const running = await startServer(server, signal);
    return {
      ...running,
      async close() {
        await running.close();
        await remove();
      },
    };
  } catch (thrown) {
    await remove();
    throw thrown;
  }
}

/** Closes what was opened, the last first, when the whole is closed or could not be opened. */
async function openAll(
  open: (own: (server: RunningServer) => Promise<RunningServer>) => Promise<Omit<Serving, "close">>,
): Promise<Serving> {
  const owned: RunningServer[] = [];
  const close = async (): Promise<void> => {
    for (const server of owned.toReversed()) await server.close();
  };
  try {
    const serving = await open((server) => {
      owned.push(server);
      return Promise.resolve(server);
    });
    return { ...serving, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** llama-server's counters (`--metrics`): prompt tokens evaluated, and those that its slots or its cache still had. */
async function readCounters(url: string, signal: AbortSignal): Promise<EngineCounters> {
  const text = await (await fetch(`${url}/metrics`, { signal })).text();
  return { computed: readCounter(text, "prompt_tokens_total"), cached: readCounter(text, "prompt_tokens_cached_total") };
}

function readCounter(text: string, name: string): number {
  const value = Number(new RegExp(`^llamacpp:${name} (\\S+)$`, "m").exec(text)?.[1] ?? Number.NaN);
  if (Number.isNaN(value))
    throw new CloisterError("internal", `llama-server's metrics have no ${name}.`, { hint: "Another version of llama-server?" });
  return value;
}
