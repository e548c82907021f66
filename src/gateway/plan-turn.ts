import type { Answer } from "../messages/answer.ts";
import type { Conversation } from "../messages/conversation.ts";
import type { MessagesRequest } from "../messages/request.ts";
import { canonicalise } from "../prompt/canonical.ts";
import { applyDiet, type Diet } from "../prompt/diet.ts";
import type { Prompt } from "../prompt/prompt.ts";
import type { Guidance, Guide } from "../runbook/guidance.ts";
import type { Lane, Runtime } from "../runtime/runtime.ts";
import { adviseConversation, chooseAnswer, offerChosen } from "./advise.ts";
import { asksForSummary, type Lanes } from "./lanes.ts";
import type { GatewayLimits } from "./options.ts";

export interface PlanContext {
  readonly runtime: Runtime;
  readonly lanes: Pick<Lanes, "choose" | "joinSummary">;
  readonly diet: Diet;
  readonly guide?: Guide | undefined;
  readonly limits: GatewayLimits;
}

/** What a request asks of the model. */
export interface TurnPlan {
  readonly lane: Lane;
  readonly prompt: Prompt;
  /** The conversation before the guide's words. */
  readonly conversation: Conversation;
  readonly guidance: Guidance | undefined;
}

/**
 * Canonical form, lane, diet, guide: from the request to the prompt. A function of the request alone, so that the same conversation gives the
 * same prompt in every process. `maxTokens` is still the client's wish, bounded by the session.
 */
export function planTurn(request: MessagesRequest, context: PlanContext): TurnPlan {
  const { limits } = context;
  const canonical = context.lanes.joinSummary(canonicalise(request));
  const lane = context.lanes.choose(canonical, request.agent);
  const offered = offerChosen(applyDiet(canonical, context.diet, lane.kind), request.tool_choice);
  // Without tools it is no turn of the work (a summary, a question aside): the runbook has nothing to say about it.
  const guidance = offered.tools.length > 0 ? context.guide?.(offered) : undefined;
  const advised = guidance === undefined ? offered : adviseConversation(offered, guidance);
  const answer: Answer = asksForSummary(canonical)
    ? { kind: "words" }
    : chooseAnswer(offered, request.tool_choice, guidance?.answer, context.runtime.facts.can.grammar);
  const maxTokens = Math.min(request.max_tokens, limits.maxTokens);
  return {
    lane,
    prompt: { ...advised, answer, maxTokens, temperature: temperatureOf(request, offered, limits) },
    conversation: offered,
    guidance,
  };
}

/**
 * The session's own where the turn may make a call: client 2.1.84 asks for 1, which suits the model it is written for and has a small one write calls by
 * chance. Where there are no tools (a summary, a question aside) the client's.
 */
function temperatureOf(request: MessagesRequest, offered: Conversation, limits: GatewayLimits): number {
  return offered.tools.length > 0 ? limits.temperature : (request.temperature ?? limits.temperature);
}
