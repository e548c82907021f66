import { CloisterError } from "../error.ts";
import type { MessagesRequest } from "./request.ts";

/**
 * What one part of a request says about another. Checked is what would mislead the guide, which pairs calls and results:
 * a result without its call, two results for one call, two calls with one id, blocks in the wrong role, two tools with one name, a
 * choice of a tool that is not there, an answer begun by the client (the template decides how an answer begins) unless all that is asked
 * is how long the prompt is: client 2.1.84's `/context` counts conversations up to the last answer, with `count_tokens` or by a one-token answer.
 *
 * Let pass, because real clients do it: two user messages in a row; a call that has no result (the user interrupted it); a call of a
 * tool that is no longer listed; empty text; results in another order than the calls.
 */
export function checkReferences(request: MessagesRequest): void {
  const names = new Set<string>();
  for (const [index, tool] of request.tools.entries()) {
    if (tool.name === undefined) continue;
    if (names.has(tool.name)) throw wrong(`tools.${index}.name`, `there are two tools with the name ${quote(tool.name)}`);
    names.add(tool.name);
  }
  const choice = request.tool_choice;
  if (choice?.type === "tool") {
    const chosen = request.tools.find((tool) => tool.name === choice.name);
    if (chosen === undefined || isServerTool(chosen))
      throw wrong("tool_choice.name", `no tool with the name ${quote(choice.name)} is offered`);
  }
  if (choice?.type === "any" && request.tools.length === 0) throw wrong("tool_choice", "a call is demanded and no tool is offered");

  const called = new Set<string>();
  const answered = new Set<string>();
  for (const [index, message] of request.messages.entries()) {
    for (const [part, block] of message.content.entries()) {
      const path = `messages.${index}.content.${part}`;
      if (block.type === "tool_use") {
        if (message.role !== "assistant") throw wrong(path, `a ${message.role} message cannot hold a tool_use block`);
        if (called.has(block.id)) throw wrong(`${path}.id`, `the id ${quote(block.id)} is used twice`);
        called.add(block.id);
      } else if (block.type === "tool_result") {
        if (message.role !== "user") throw wrong(path, `a ${message.role} message cannot hold a tool_result block`);
        if (!called.has(block.tool_use_id)) throw wrong(`${path}.tool_use_id`, `no earlier call has the id ${quote(block.tool_use_id)}`);
        if (answered.has(block.tool_use_id)) throw wrong(`${path}.tool_use_id`, `the call ${quote(block.tool_use_id)} has two results`);
        answered.add(block.tool_use_id);
      }
    }
  }
  if (request.messages.every((message) => message.role === "system")) throw wrong("messages", "there is no user message");
  const first = request.messages.findIndex((message) => message.role !== "system");
  if (request.messages[first]?.role === "assistant") throw wrong(`messages.${first}.role`, "the first message must be the user's");
  const last = request.messages.length - 1;
  if (request.messages[last]?.role === "assistant" && request.max_tokens > 1)
    throw wrong(`messages.${last}.role`, "the last message must not be the assistant's: an answer that the client begins is not supported");
}

/** A tool that the vendor's servers run; the others, with a schema, are run by the client. */
export function isServerTool(tool: { readonly type?: string | null | undefined }): boolean {
  return tool.type !== undefined && tool.type !== null && tool.type !== "custom";
}

function wrong(field: string, what: string): CloisterError {
  return new CloisterError("bad-request", `${field}: ${what}`, { field });
}

/** Names and ids in messages are cut: they come from outside. */
function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
