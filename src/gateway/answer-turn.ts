import { asCloisterError, CloisterError } from "../error.ts";
import type { MessagesRequest } from "../messages/request.ts";
import type { StreamEvent } from "../messages/stream.ts";
import { saidEvents } from "./answer-events.ts";
import { fitAnswer } from "./fit.ts";
import { fitTurn } from "./fit-turn.ts";
import type { Lanes } from "./lanes.ts";
import type { Window } from "../window/window.ts";
import { type PlanContext, planTurn } from "./plan-turn.ts";
import { type RunContext, runTurn } from "./run-turn.ts";

export interface TurnContext extends PlanContext, RunContext {
  readonly lanes: Lanes;
  readonly window: Window;
}

/**
 * One turn, from the request to the events of its answer (`message_start` is the caller's). The first event, a `ping`, comes
 * when the runtime has taken the work. Throws a `CloisterError`; breaking the loop or aborting `signal` stops the runtime.
 */
export async function* answerTurn(request: MessagesRequest, context: TurnContext, signal: AbortSignal): AsyncGenerator<StreamEvent> {
  const { runtime, watch } = context;
  const plan = planTurn(request, context);
  const turn = watch.requestCame(plan.conversation, plan.guidance);
  try {
    if (plan.prompt.answer.kind === "said") {
      const { text } = plan.prompt.answer;
      yield* saidEvents(text, "end_turn");
      watch.answered(turn, { text, calls: [], reason: "end-turn", timing: noTiming, byModel: false });
      return;
    }
    const leave = await context.lanes.enter(plan.lane, signal);
    try {
      const { prompt, promptTokens, began } = await fitTurn(plan, context.window);
      watch.fitted(turn, began);
      const maxTokens = fitAnswer(promptTokens, runtime.facts.window, prompt.maxTokens, context.limits.maxTokens);
      yield* runTurn(turn, { ...prompt, maxTokens }, plan.lane, context, signal);
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
