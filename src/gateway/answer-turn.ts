import { asCloisterError, CloisterError } from "../error.ts";
import type { MessagesRequest } from "../messages/request.ts";
import type { StreamEvent } from "../messages/stream.ts";
import { saidEvents } from "./answer-events.ts";
import { fitAnswer } from "./fit.ts";
import type { Lanes } from "./lanes.ts";
import { type PlanContext, planTurn } from "./plan-turn.ts";
import { type RunContext, runTurn } from "./run-turn.ts";

export interface TurnContext extends PlanContext, RunContext {
  readonly lanes: Lanes;
}

/**
 * One turn, from the request to the events of its answer (`message_start` is the caller's). The first event, a `ping`, comes
 * when the runtime has taken the work. Throws a `CloisterError`; breaking the loop or aborting `signal` stops the runtime.
 */
export async function* answerTurn(request: MessagesRequest, context: TurnContext, signal: AbortSignal): AsyncGenerator<StreamEvent> {
  const { runtime, watch } = context;
  const { lane, prompt, conversation, guidance } = await planTurn(request, context);
  const turn = watch.requestCame(conversation, guidance);
  try {
    if (prompt.answer.kind === "said") {
      const { text } = prompt.answer;
      yield* saidEvents(text, "end_turn");
      watch.answered(turn, { text, calls: [], reason: "end-turn", timing: noTiming, byModel: false });
      return;
    }
    const leave = await context.lanes.enter(lane, signal);
    try {
      const maxTokens = fitAnswer(await runtime.count(prompt), runtime.facts.window, prompt.maxTokens, context.limits.maxTokens);
      yield* runTurn(turn, { ...prompt, maxTokens }, lane, context, signal);
    } finally {
      leave();
    }
  } catch (thrown) {
    const error = signal.aborted ? new CloisterError("cancelled", "The client hung up.", { cause: thrown }) : asCloisterError(thrown);
    watch.failed(turn, error);
    throw error;
  }
}

const noTiming = { promptTokens: 0, cachedTokens: 0, outputTokens: 0, prefillMs: 0, decodeMs: 0 };
