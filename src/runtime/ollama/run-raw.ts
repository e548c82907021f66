import { createOutputParser } from "../../prompt/output.ts";
import type { Prompt } from "../../prompt/prompt.ts";
import { callOpening } from "../../prompt/spelling.ts";
import type { PromptTemplate } from "../../prompt/template.ts";
import { createAnswerReader } from "../answer-reader.ts";
import type { RuntimeEvent, StopReason } from "../runtime.ts";
import { heldCall } from "./held-call.ts";
import { type AnswerPart, readAnswer } from "./read-answer.ts";
import type { TurnContext } from "./turn-context.ts";
import { type GenerateLine, generateLineSchema } from "./wire.ts";

/**
 * A turn whose text we make; `text` is the rendered prompt. Ollama holds an answer to a schema only from its first token on; so an answer that turns
 * into a call is broken off at `<tool_call>` and asked for again from there, held. The server has the state of everything up to that point.
 */
export async function* runRaw(
  context: TurnContext,
  template: PromptTemplate,
  prompt: Prompt,
  text: string,
): AsyncGenerator<RuntimeEvent, StopReason> {
  const { meter } = context;
  const reader = createAnswerReader(createOutputParser(prompt.tools, { kind: prompt.answer.kind }), template, prompt);
  const call = heldCall(prompt.answer, prompt.tools);
  let reason: "stop" | "max-tokens" = "stop";

  let written = "";
  let opened = false;
  if (prompt.answer.kind === "call" || prompt.answer.kind === "forms") {
    opened = true;
    written = callOpening;
    yield* reader.push(callOpening);
  } else {
    // Words alone end where a call would begin.
    const stop = prompt.answer.kind === "words" ? [...template.stop, callOpening] : template.stop;
    for await (const part of generate(context, { prompt: text }, prompt.maxTokens, stop)) {
      if (part.type === "ended") {
        reason = part.reason;
        continue;
      }
      const piece = part.line.response;
      const before = written.length;
      written += piece;
      const at = call === undefined ? -1 : written.indexOf(callOpening);
      if (at === -1) {
        yield* reader.push(piece);
        continue;
      }
      opened = true;
      written = written.slice(0, at + callOpening.length);
      yield* reader.push(piece.slice(0, written.length - before));
      break;
    }
  }

  if (opened) {
    const left = prompt.maxTokens - meter.outputTokens;
    yield* reader.push("\n");
    if (left <= 0) reason = "max-tokens";
    else
      for await (const part of generate(context, { prompt: `${text}${written}\n`, format: call }, left, template.stop)) {
        if (part.type === "ended") reason = part.reason;
        else yield* reader.push(part.line.response);
      }
  }
  yield* reader.end(reason);
  return reader.stopReason(reason);
}

function generate(
  context: TurnContext,
  ask: { readonly prompt: string; readonly format?: unknown },
  maxTokens: number,
  stop: readonly string[],
): AsyncGenerator<AnswerPart<GenerateLine>> {
  const body = { ...context.request(maxTokens, stop), ...ask, raw: true };
  const request = { path: "/api/generate", body, signal: context.signal, explain: context.explain };
  return readAnswer(context.server, request, generateLineSchema, (line) => line.response, context.meter);
}
