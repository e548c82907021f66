import { CloisterError } from "../error.ts";
import type { Call } from "../messages/conversation.ts";
import type { StreamEvent } from "../messages/stream.ts";
import type { Prompt } from "../prompt/prompt.ts";
import type { Lane, Runtime } from "../runtime/runtime.ts";
import { answerBegins, answerEvents } from "./answer-events.ts";
import type { SessionWatch } from "./session-watch.ts";

export interface RunContext {
  readonly runtime: Runtime;
  readonly newId: () => string;
  readonly watch: SessionWatch;
}

/** The model's answer as events of the stream. Throws a `CloisterError`; breaking the loop or aborting `signal` stops the runtime. */
export async function* runTurn(
  turn: number,
  prompt: Prompt,
  lane: Lane,
  context: RunContext,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  const { runtime, watch } = context;
  let state = answerBegins;
  let text = "";
  const calls: Call[] = [];
  let taken = false;
  for await (const event of runtime.run(prompt, lane, signal)) {
    // A runtime looks at the signal by itself; leaving the loop stops also one that does so late.
    if (signal.aborted) throw new CloisterError("cancelled", "The client hung up.");
    if (!taken) yield { type: "ping" };
    taken = true;
    if (event.type === "prefill") watch.prefill(turn, event);
    if (event.type === "text") text += event.text;
    // Ids are given here, so that a runtime's answer is the same whenever it is asked the same.
    const named = event.type === "call" ? { ...event, call: { ...event.call, id: `toolu_${context.newId()}` } } : event;
    if (named.type === "call") calls.push(named.call);
    const next = answerEvents(state, named);
    state = next.state;
    // Told before it is sent: the client may answer the last event at once.
    if (event.type === "end") {
      watch.answered(turn, { text, calls, reason: event.reason, timing: event.timing, byModel: runtime.facts.isModel });
    }
    yield* next.events;
    if (event.type === "end") return;
  }
  throw new CloisterError("engine-lost", "The runtime stopped in the middle of the answer.");
}
