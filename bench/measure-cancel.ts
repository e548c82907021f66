import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { CliContext } from "../src/cli/context.ts";
import { CloisterError } from "../src/error.ts";
import { serveRuntime } from "./contender-cloister.ts";
import type { Contender } from "./contender.ts";
import { callMessages } from "./messages-call.ts";
import { openModel } from "./open-model.ts";
import { probeRuntime } from "./probe-runtime.ts";
import type { Measured, Versions } from "./row.ts";
import { median } from "./statistics.ts";
import { syntheticRequest } from "./synthetic-request.ts";

/** Enough for many chunks of prefill: a client that hangs up does so in the middle of them. */
const promptBytes = 24_000;

export interface CancelOptions {
  readonly model: string;
  readonly window: number;
  readonly rounds: number;
  /** llama-server, where it is here. */
  readonly peer: Contender | undefined;
  readonly versions: Versions;
  readonly onProgress: (text: string) => void;
}

/** `cancel-ms`: from hanging up in the middle of a prefill to an idle engine, through the gateway. llama-server's beside it. */
export async function measureCancel(context: CliContext, options: CancelOptions): Promise<Measured> {
  const { rounds, peer, onProgress } = options;
  const ours = await cancelOurs(context, options);
  const theirs: number[] = [];
  if (peer !== undefined) {
    const serving = await peer.start(context.signal);
    try {
      for (let round = 1; round <= rounds; round++) {
        onProgress(`llama-server, round ${round} of ${rounds}`);
        theirs.push(await cancelSlot(serving, round, context.signal));
      }
    } finally {
      await serving.close();
    }
  }
  return {
    value: median(ours),
    raw: { unit: "ms", cloister: ours, ...(theirs.length > 0 ? { "llama-server": theirs } : {}), promptBytes },
    versions: { ...options.versions, ...peer?.versions },
  };
}

async function cancelOurs(context: CliContext, options: CancelOptions): Promise<number[]> {
  const { runtime } = await openModel(context, options, context.signal);
  const probe = probeRuntime(runtime);
  const serving = await serveRuntime(probe.runtime, "recipe");
  const times: number[] = [];
  try {
    for (let round = 1; round <= options.rounds; round++) {
      options.onProgress(`cloister, round ${round} of ${options.rounds}`);
      const seen = probe.reset();
      const hungUpAt = await hangUpWhen(serving, round, seen.inPrefill, context.signal);
      times.push((await seen.idle) - hungUpAt);
    }
    return times;
  } finally {
    await serving.close();
  }
}

/** llama-server says in `/slots` whether it works; asked as often as it answers. */
async function cancelSlot(serving: Parameters<typeof hangUpWhen>[0], round: number, signal: AbortSignal): Promise<number> {
  const busy = async (): Promise<boolean> => {
    signal.throwIfAborted();
    // Asked thousands of times: each fetch would leave a listener on the signal.
    const slots = (await (await fetch(`${serving.url}/slots`)).json()) as { is_processing: boolean }[];
    return slots.some(({ is_processing }) => is_processing);
  };
  const working = (async () => {
    while (!(await busy())) await sleep(20, undefined, { signal });
    // Into the prefill: the first chunk is not yet its middle.
    await sleep(1000, undefined, { signal });
  })();
  const hungUpAt = await hangUpWhen(serving, round, working, signal);
  while (await busy()) await sleep(2, undefined, { signal });
  return performance.now() - hungUpAt;
}

/** Posts a long prompt and drops the connection when `reached` resolves; the time at which it did. */
async function hangUpWhen(
  serving: { readonly url: string; readonly token: string; readonly model: string },
  round: number,
  reached: Promise<void>,
  signal: AbortSignal,
): Promise<number> {
  const hangUp = new AbortController();
  const agent = new Agent();
  try {
    const answered = callMessages(
      { ...serving, agent, signal: AbortSignal.any([signal, hangUp.signal]) },
      { ...syntheticRequest(promptBytes, round), model: serving.model, max_tokens: 4 },
    ).then(
      ({ error, endMs }) => `it answered after ${Math.round(endMs)} ms${error === undefined ? "" : ` with ${error}`}`,
      () => "the connection was lost",
    );
    const early = await Promise.race([reached.then(() => undefined), answered]);
    signal.throwIfAborted();
    if (early !== undefined) throw new CloisterError("internal", `Nothing could be cancelled: ${early}.`);
    const at = performance.now();
    hangUp.abort();
    await answered;
    return at;
  } finally {
    agent.destroy();
  }
}
