import type { Call } from "../messages/conversation.ts";
import type { StreamEvent } from "../messages/stream.ts";
import type { RuntimeEvent, StopReason, Timing } from "../runtime/runtime.ts";
import { answerBegins, answerEvents } from "./answer-events.ts";
import type { RunContext } from "./run-turn.ts";

/** The answer so far, over both tries. */
export interface AnswerSoFar {
  readonly turn: number;
  readonly text: string;
  readonly calls: readonly Call[];
  /** Of thoughts, which are withheld. */
  readonly thinkingCharacters: number;
  /** What the event adds to the stream. */
  take(event: Exclude<RuntimeEvent, { type: "end" }>): readonly StreamEvent[];
  end(reason: StopReason, timing: Timing): readonly StreamEvent[];
}

export function createAnswer(turn: number, { runtime, watch, newId }: Pick<RunContext, "runtime" | "watch" | "newId">): AnswerSoFar {
  let state = answerBegins;
  let text = "";
  let thinkingCharacters = 0;
  const calls: Call[] = [];

  function send(event: RuntimeEvent): readonly StreamEvent[] {
    const next = answerEvents(state, event);
    state = next.state;
    return next.events;
  }

  return {
    turn,
    get text() {
      return text;
    },
    calls,
    get thinkingCharacters() {
      return thinkingCharacters;
    },
    take(event) {
      if (event.type === "prefill") watch.prefill(turn, event);
      if (event.type === "thinking") thinkingCharacters += event.text.length;
      if (event.type === "text") text += event.text;
      if (event.type !== "call") return send(event);
      if (event.dropped !== undefined && event.dropped > 0)
        watch.guarded(turn, "dropped-call", `The model made ${event.dropped + 1} calls at once; the first one counts.`);
      if (calls.some(({ name, input }) => name === event.call.name && JSON.stringify(input) === JSON.stringify(event.call.input))) {
        watch.guarded(turn, "dropped-call", `The model made the same call of ${event.call.name} twice in one answer; it counts once.`);
        return [];
      }
      // Ids are given here, so that a runtime's answer is the same whenever it is asked the same.
      const call = { ...event.call, id: `toolu_${newId()}` };
      calls.push(call);
      return send({ ...event, call });
    },
    end(reason, timing) {
      // Told before it is sent: the client may answer the last event at once.
      watch.answered(turn, { text, calls, reason, timing, byModel: runtime.facts.isModel, thinkingCharacters });
      return send({ type: "end", reason, timing });
    },
  };
}
