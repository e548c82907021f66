import { unreachable } from "../error.ts";
import type { AnswerMessage, AnswerStopReason, StreamEvent, Usage } from "../messages/stream.ts";
import type { RuntimeEvent, StopReason } from "../runtime/runtime.ts";

/** Which block of the answer is open: a fold over the runtime's events needs to know no more. */
export interface AnswerState {
  readonly blocks: number;
  readonly textOpen: boolean;
}

export const answerBegins: AnswerState = { blocks: 0, textOpen: false };

/** The first event of an answer. What the prompt comes to is not known yet; `message_delta` says it. */
export function messageStart(id: string, model: string): StreamEvent {
  const message: AnswerMessage = {
    id,
    type: "message",
    role: "assistant",
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: usage(0, 0, 0),
  };
  return { type: "message_start", message };
}

/** What a runtime's event adds to the stream. A call's id must have been given. */
export function answerEvents(
  state: AnswerState,
  event: RuntimeEvent,
): { readonly state: AnswerState; readonly events: readonly StreamEvent[] } {
  switch (event.type) {
    case "prefill":
    case "thinking":
      return { state, events: [] };
    case "text": {
      const index = state.textOpen ? state.blocks - 1 : state.blocks;
      const events: StreamEvent[] = [];
      if (!state.textOpen) events.push({ type: "content_block_start", index, content_block: { type: "text", text: "" } });
      events.push({ type: "content_block_delta", index, delta: { type: "text_delta", text: event.text } });
      return { state: { blocks: index + 1, textOpen: true }, events };
    }
    case "call": {
      const index = state.blocks;
      const { id, name, input } = event.call;
      return {
        state: { blocks: index + 1, textOpen: false },
        events: [
          ...closeText(state),
          { type: "content_block_start", index, content_block: { type: "tool_use", id, name, input: {} } },
          { type: "content_block_delta", index, delta: { type: "input_json_delta", partial_json: JSON.stringify(input) } },
          { type: "content_block_stop", index },
        ],
      };
    }
    case "end": {
      const { promptTokens, cachedTokens, outputTokens } = event.timing;
      return {
        state: { ...state, textOpen: false },
        events: [
          ...closeText(state),
          ...messageEnd(stopReason(event.reason), usage(promptTokens - cachedTokens, cachedTokens, outputTokens)),
        ],
      };
    }
    default:
      return unreachable(event);
  }
}

/** The events of an answer that the gateway gives itself, without `message_start`. Nothing was evaluated; `promptTokens` is for clients that count by asking. */
export function* saidEvents(text: string, reason: AnswerStopReason, promptTokens = 0): Generator<StreamEvent> {
  const { state, events } = answerEvents(answerBegins, { type: "text", text });
  yield* events;
  yield* closeText(state);
  yield* messageEnd(reason, usage(promptTokens, 0, 0));
}

function closeText(state: AnswerState): StreamEvent[] {
  return state.textOpen ? [{ type: "content_block_stop", index: state.blocks - 1 }] : [];
}

function messageEnd(reason: AnswerStopReason, used: Usage): StreamEvent[] {
  return [{ type: "message_delta", delta: { stop_reason: reason, stop_sequence: null }, usage: used }, { type: "message_stop" }];
}

function usage(evaluated: number, cached: number, output: number): Usage {
  return { input_tokens: evaluated, cache_creation_input_tokens: 0, cache_read_input_tokens: cached, output_tokens: output };
}

function stopReason(reason: StopReason): AnswerStopReason {
  switch (reason) {
    case "end-turn":
      return "end_turn";
    case "tool-use":
      return "tool_use";
    case "max-tokens":
      return "max_tokens";
    default:
      return unreachable(reason);
  }
}
