import type { Runtime, RuntimeEvent, Timing } from "../runtime/runtime.ts";
import type { AnswerSoFar } from "./answer-so-far.ts";

/** The figures of an answer that the guard ends: the runtime's own come with its end, which does not come then. */
export interface TurnMeter {
  see(event: RuntimeEvent): void;
  timing(runtime: Runtime, answer: AnswerSoFar): Promise<Timing>;
}

export function createMeter(): TurnMeter {
  const started = performance.now();
  let prefilled = started;
  let decoding = false;
  let prompt = { total: 0, cached: 0 };
  let thought = "";
  return {
    see(event) {
      if (event.type === "prefill") prompt = event;
      if (event.type === "thinking") thought += event.text;
      if (event.type !== "prefill" && !decoding) {
        decoding = true;
        prefilled = performance.now();
      }
    },
    async timing(runtime, { text, calls }) {
      const written = [thought + text, ...calls.map(({ name, input }) => JSON.stringify({ name, input }))];
      // A runtime that was just stopped may be gone: then the answer still ends, with an estimate.
      const counts = await runtime.countTexts(written).catch(() => written.map((each) => Math.ceil(each.length / 4)));
      return {
        promptTokens: prompt.total,
        cachedTokens: prompt.cached,
        outputTokens: counts.reduce((sum, count) => sum + count, 0),
        prefillMs: prefilled - started,
        decodeMs: performance.now() - prefilled,
      };
    },
  };
}
