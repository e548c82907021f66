import { asCloisterError, CloisterError } from "../error.ts";
import type { Call, Conversation } from "../messages/conversation.ts";
import type { MessagesRequest } from "../messages/request.ts";
import type { StreamEvent } from "../messages/stream.ts";
import { canonicalise } from "../prompt/canonical.ts";
import { applyDiet, type Diet } from "../prompt/diet.ts";
import type { Prompt } from "../prompt/prompt.ts";
import type { Guidance, Guide } from "../runbook/guidance.ts";
import type { Runtime, RuntimeEvent } from "../runtime/runtime.ts";
import { adviseConversation, chooseAnswer, offerChosen } from "./advise.ts";
import { answerBegins, answerEvents, saidEvents } from "./answer-events.ts";
import { fitAnswer } from "./fit.ts";
import type { GatewayLimits } from "./options.ts";
import type { SessionWatch } from "./session-watch.ts";
import type { Turnstile } from "./turnstile.ts";

export interface TurnContext {
  readonly runtime: Runtime;
  readonly diet: Diet;
  readonly guide?: Guide | undefined;
  readonly limits: GatewayLimits;
  readonly newId: () => string;
  readonly watch: SessionWatch;
  readonly turnstile: Turnstile;
}

/** What a request asks of the model; pure. */
export interface TurnPlan {
  readonly prompt: Prompt;
  /** The conversation before the guide's words. */
  readonly conversation: Conversation;
  readonly guidance: Guidance | undefined;
}

/** Canonical form, diet, guide: from the request to the prompt. `maxTokens` is still the client's wish, bounded by the session. */
export function planTurn(request: MessagesRequest, context: Pick<TurnContext, "runtime" | "diet" | "guide" | "limits">): TurnPlan {
  const { limits } = context;
  const offered = offerChosen(applyDiet(canonicalise(request), context.diet), request.tool_choice);
  // Without tools it is no turn of the work (a summary, a question aside): the runbook has nothing to say about it.
  const guidance = offered.tools.length > 0 ? context.guide?.(offered) : undefined;
  const advised = guidance === undefined ? offered : adviseConversation(offered, guidance);
  const answer = chooseAnswer(offered, request.tool_choice, guidance?.answer, context.runtime.facts.grammar);
  const maxTokens = Math.min(request.max_tokens, limits.maxTokens);
  return {
    prompt: { ...advised, answer, maxTokens, temperature: request.temperature ?? limits.temperature },
    conversation: offered,
    guidance,
  };
}

/**
 * One turn, from the request to the events of its answer (`message_start` is the caller's). The first event, a `ping`, comes
 * when the runtime has taken the work. Throws a `CloisterError`; breaking the loop or aborting `signal` stops the runtime.
 */
export async function* answerTurn(request: MessagesRequest, context: TurnContext, signal: AbortSignal): AsyncGenerator<StreamEvent> {
  const { runtime, watch } = context;
  const { prompt, conversation, guidance } = planTurn(request, context);
  const turn = watch.requestCame(conversation, guidance);
  try {
    if (prompt.answer.kind === "said") {
      const { text } = prompt.answer;
      yield* saidEvents(text, "end_turn");
      watch.answered(turn, { text, calls: [], reason: "end-turn", timing: noTiming, byModel: false });
      return;
    }
    const leave = await context.turnstile.enter(signal);
    try {
      const maxTokens = fitAnswer(await runtime.count(prompt), runtime.facts.window, prompt.maxTokens, context.limits.maxTokens);
      yield* runEvents(turn, runtime.run({ ...prompt, maxTokens }, signal), context, signal);
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

async function* runEvents(
  turn: number,
  events: AsyncIterable<RuntimeEvent>,
  context: TurnContext,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  const { watch } = context;
  let state = answerBegins;
  let text = "";
  const calls: Call[] = [];
  let taken = false;
  for await (const event of events) {
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
      watch.answered(turn, { text, calls, reason: event.reason, timing: event.timing, byModel: context.runtime.facts.isModel });
    }
    yield* next.events;
    if (event.type === "end") return;
  }
  throw new CloisterError("engine-lost", "The runtime stopped in the middle of the answer.");
}
