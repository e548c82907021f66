import { startPeer } from "./contender-peers.ts";
import { planLlamaServer } from "./peer-plans.ts";

/** llama-server's own rates, from the timings that it gives with an answer: for where llama-bench did not come with it. */
export interface RatedServer {
  /** Tokens per second, by the server's own clock. */
  measure(text: string, answerTokens: number): Promise<{ readonly prefill: number; readonly decode: number }>;
  close(): Promise<void>;
}

export async function startRatedServer(program: string, modelPath: string, window: number, signal: AbortSignal): Promise<RatedServer> {
  const server = await startPeer((options) => planLlamaServer({ ...options, program, modelPath, window }), signal);
  return {
    async measure(text, answerTokens) {
      const body = JSON.stringify({ prompt: text, n_predict: answerTokens, temperature: 0, ignore_eos: true, cache_prompt: false });
      const response = await fetch(`${server.url}/completion`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
        signal,
      });
      const { timings } = (await response.json()) as { timings: { prompt_per_second: number; predicted_per_second: number } };
      return { prefill: timings.prompt_per_second, decode: timings.predicted_per_second };
    },
    close: () => server.close(),
  };
}
