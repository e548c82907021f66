import type { Guide } from "./guidance.ts";

/**
 * The guide of an unattended task without a runbook, for models that need one: the first answer has to be a call, since a small model
 * otherwise explains what one could do. From the first result on it may say what it likes.
 */
export const firstLookGuide: Guide = (conversation) => ({
  opening: undefined,
  notes: new Map(),
  answer: conversation.turns.some((turn) => turn.role === "tool") ? { kind: "anything" } : { kind: "call" },
  step: undefined,
});
