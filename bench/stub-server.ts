/**
 * A model that costs nothing: a program that answers `/v1/chat/completions` and `/v1/messages` at once with as many one-word tokens as
 * `max_tokens` says, an event for each; Node joins what is written within one turn of its event loop. What a gateway before it takes is the gateway's own.
 * Prints its port as a line of JSON.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { encodeEvent, type StreamEvent } from "../src/messages/stream.ts";

const word = " word";

const server = createServer((request, response) => {
  void answer(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
});
server.keepAliveTimeout = 120_000;
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`${JSON.stringify({ port: typeof address === "object" ? address?.port : undefined })}\n`);
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? "").split("?")[0];
  if (request.method !== "POST") return void json(response, { data: [{ id: "bench", object: "model" }] });
  let text = "";
  for await (const part of request.setEncoding("utf8")) text += String(part);
  const body = JSON.parse(text) as { max_tokens?: number; max_completion_tokens?: number; stream?: boolean };
  const tokens = body.max_tokens ?? body.max_completion_tokens ?? 50;
  if (path === "/v1/messages") return messages(response, tokens);
  if (path === "/v1/chat/completions") return body.stream === true ? chunks(response, tokens) : void json(response, whole(tokens));
  response.writeHead(404).end();
}

function messages(response: ServerResponse, tokens: number): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const usage = { input_tokens: 10, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: tokens };
  const message = {
    id: "msg_stub",
    type: "message",
    role: "assistant",
    model: "bench",
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  } as const;
  const write = (event: StreamEvent): void => void response.write(encodeEvent(event));
  write({ type: "message_start", message });
  write({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } });
  for (let n = 0; n < tokens; n++) write({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: word } });
  write({ type: "content_block_stop", index: 0 });
  write({ type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage });
  write({ type: "message_stop" });
  response.end();
}

function chunks(response: ServerResponse, tokens: number): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const write = (choice: object, more: object = {}): void =>
    void response.write(
      `data: ${JSON.stringify({ id: "stub", object: "chat.completion.chunk", created: 1, model: "bench", choices: [choice], ...more })}\n\n`,
    );
  write({ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null });
  for (let n = 0; n < tokens; n++) write({ index: 0, delta: { content: word }, finish_reason: null });
  write({ index: 0, delta: {}, finish_reason: "stop" }, { usage: usageOf(tokens) });
  response.end("data: [DONE]\n\n");
}

function whole(tokens: number): object {
  const message = { role: "assistant", content: word.repeat(tokens) };
  return {
    id: "stub",
    object: "chat.completion",
    created: 1,
    model: "bench",
    choices: [{ index: 0, message, finish_reason: "stop" }],
    usage: usageOf(tokens),
  };
}

function usageOf(tokens: number): object {
  return { prompt_tokens: 10, completion_tokens: tokens, total_tokens: 10 + tokens };
}

function json(response: ServerResponse, value: object): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
}
