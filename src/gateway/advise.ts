import type { Answer } from "../messages/answer.ts";
import type { Conversation, Turn } from "../messages/conversation.ts";
import type { MessagesRequest } from "../messages/request.ts";
import type { Guidance } from "../runbook/guidance.ts";

/** Notes and the opening stand at the end of a turn's text, in this form; a guide may tell its own words by it. */
export const noteMark = "\n\n[cloister] ";

/**
 * The conversation with the guide's words in it: the opening at the end of the first user turn, each note at the end of its result.
 * Both are functions of what came before, so the turns of one request are still a prefix of the next one's.
 */
export function adviseConversation(conversation: Conversation, guidance: Guidance): Conversation {
  const first = conversation.turns.findIndex((turn) => turn.role === "user");
  const turns = conversation.turns.map((turn, index): Turn => {
    if (turn.role === "user" && index === first) return withNote(turn, guidance.opening);
    if (turn.role !== "tool") return turn;
    const answered = guidance.answered?.get(turn.callId);
    return withNote(answered === undefined ? turn : { ...turn, text: answered }, guidance.notes.get(turn.callId));
  });
  return { ...conversation, turns };
}

function withNote<T extends Turn>(turn: T, note: string | undefined): T {
  return note === undefined || note === "" ? turn : { ...turn, text: `${turn.text}${noteMark}${note}` };
}

/**
 * What the model may say. No tools: words. The client's `tool_choice` comes first where it narrows ("none"; "any" and "tool" demand a
 * call), then the guide. A runtime that cannot hold a grammar takes forms as "a call": the notes still name the step, and a call of
 * another kind gets a note in its turn.
 */
export function chooseAnswer(
  offered: Conversation,
  choice: MessagesRequest["tool_choice"],
  guided: Answer | undefined,
  grammar: boolean,
): Answer {
  if (guided?.kind === "said") return guided;
  if (offered.tools.length === 0 || choice?.type === "none") return { kind: "words" };
  if (guided?.kind === "forms") return grammar ? guided : { kind: "call" };
  if (choice?.type === "any" || choice?.type === "tool") return { kind: "call" };
  return guided ?? { kind: "anything" };
}

/** `tool_choice` with a name: only that tool is offered, so a call can be of no other. */
export function offerChosen(conversation: Conversation, choice: MessagesRequest["tool_choice"]): Conversation {
  return choice?.type === "tool"
    ? { ...conversation, tools: conversation.tools.filter((tool) => tool.name === choice.name) }
    : conversation;
}
