import type { Prompt } from "../prompt/prompt.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { createWindow, type Window, type WindowDeeds } from "../window/window.ts";
import { adviseConversation } from "./advise.ts";
import { longestPrompt } from "./fit.ts";
import type { TurnPlan } from "./plan-turn.ts";

/** A turn's prompt as it fits the window. */
export interface FittedTurn {
  readonly prompt: Prompt;
  readonly promptTokens: number;
  readonly began: WindowDeeds;
}

/** The window of a session: the runtime's own, with room for the session's longest answer. */
export function windowOf(runtime: Runtime, longestAnswer: number): Window {
  const { window, can } = runtime.facts;
  return createWindow({
    window,
    longestAnswer,
    longestPrompt: longestPrompt(window, longestAnswer),
    exact: can.count,
    count: (conversation) => runtime.count({ ...conversation, answer: { kind: "anything" }, maxTokens: longestAnswer, temperature: 0 }),
    countTexts: (texts) => runtime.countTexts(texts),
  });
}

/**
 * Old results cleared and large ones cut until the turn fits, and counted. The guide's words stay where they are: they were chosen by the
 * whole conversation, and so was what may come next.
 */
export async function fitTurn({ conversation, guidance, prompt }: TurnPlan, window: Window): Promise<FittedTurn> {
  const fitted = await window.fit({
    conversation,
    advise: (plain) => (guidance === undefined ? plain : adviseConversation(plain, guidance)),
    needed: guidance?.needed ?? new Set(),
  });
  return { prompt: { ...prompt, ...fitted.conversation }, promptTokens: fitted.tokens, began: fitted.began };
}
