import { randomUUID } from "node:crypto";
import { CloisterError } from "../src/error.ts";
import { defaultLimits } from "../src/gateway/options.ts";
import { readBody } from "../src/gateway/read-body.ts";
import { watchSession } from "../src/gateway/session-watch.ts";
import type { Call, JsonObject } from "../src/messages/conversation.ts";
import { parseRequest } from "../src/messages/request.ts";
import { canonicalise } from "../src/prompt/canonical.ts";
import type { Observe } from "../src/record/events.ts";
import type { Timing } from "../src/runtime/runtime.ts";
import type { HostHandler } from "../src/seal/switchboard.ts";
import { objectOf, textOf } from "./messages-call.ts";

/**
 * Hands a client's requests to another Messages server as they are, and its answers back as they come: what somebody has who points the client at a
 * server of their own. It only watches, and tells the session's observer what our gateway would have told, so that both are
 * counted alike; nothing that passes is changed. `prefillMs` is the time to the first byte.
 */
export function createRelay(url: string, observe: Observe, now: () => number, signal: AbortSignal): HostHandler {
  const watch = watchSession(observe, now);
  return async (request) => {
    const { pathname, search } = new URL(request.url);
    const body = request.method === "GET" || request.method === "HEAD" ? undefined : await readBody(request, defaultLimits.bodyBytes);
    const turn = request.method === "POST" && pathname === "/v1/messages" && body !== undefined ? begin(body) : undefined;
    const started = now();
    const answer = await fetch(`${url}${pathname}${search}`, {
      method: request.method,
      headers: { "content-type": request.headers.get("content-type") ?? "application/json", "anthropic-version": "2023-06-01" },
      ...(body === undefined ? {} : { body: new Uint8Array(body) }),
      signal: AbortSignal.any([request.signal, signal]),
    });
    const headers = { "content-type": answer.headers.get("content-type") ?? "application/json" };
    if (turn === undefined || answer.body === null) return new Response(answer.body, { status: answer.status, headers });
    const firstByteMs = now() - started;
    const [toClient, toWatch] = answer.body.tee();
    void new Response(toWatch).text().then(
      (text) => end(turn, answer.status, text, firstByteMs, now() - started),
      // The client hung up: the turn has no end.
      () => undefined,
    );
    return new Response(toClient, { status: answer.status, headers });
  };

  function begin(body: Uint8Array): number | undefined {
    const parsed = parseRequest(body);
    return watch.requestCame(canonicalise(parsed), undefined);
  }

  function end(turn: number, status: number, text: string, firstByteMs: number, totalMs: number): void {
    const read = readAnswer(text);
    if (status >= 400 || read === undefined) {
      watch.failed(turn, new CloisterError("unreachable", `The server answered ${status}: ${text.slice(0, 300)}`));
      return;
    }
    const timing: Timing = { ...read.tokens, prefillMs: firstByteMs, decodeMs: totalMs - firstByteMs };
    watch.answered(turn, { text: read.text, calls: read.calls, reason: read.reason, timing, byModel: true });
  }
}

interface ReadAnswer {
  readonly text: string;
  readonly calls: readonly Call[];
  readonly reason: string;
  readonly tokens: Pick<Timing, "promptTokens" | "cachedTokens" | "outputTokens">;
}

/** An answer of the Messages API, streamed or whole; undefined for what is none. Lenient, because it is somebody else's. */
export function readAnswer(text: string): ReadAnswer | undefined {
  const events = text.trimStart().startsWith("{")
    ? [parse(text)]
    : text.split("\n").flatMap((line) => (line.startsWith("data:") ? [parse(line.slice(5))] : []));
  let said = "";
  let reason = "";
  const usage: Record<string, number> = {};
  const open = new Map<number, { id: string; name: string; json: string }>();
  const take = (block: JsonObject, index: number): void => {
    if (block["type"] === "text") said += textOf(block["text"]);
    if (block["type"] !== "tool_use") return;
    const input = objectOf(block["input"]);
    const json = Object.keys(input).length > 0 ? JSON.stringify(input) : "";
    open.set(index, { id: textOf(block["id"]) || randomUUID(), name: textOf(block["name"]), json });
  };
  const count = (figures: unknown): void => {
    for (const [name, value] of Object.entries(objectOf(figures))) if (typeof value === "number") usage[name] = value;
  };
  for (const event of events) {
    const delta = objectOf(event["delta"]);
    const message = event["type"] === "message" ? event : objectOf(event["message"]);
    if (Array.isArray(message["content"]))
      for (const [index, block] of (message["content"] as unknown[]).entries()) take(objectOf(block), index);
    count(message["usage"]);
    count(event["usage"]);
    reason = textOf(delta["stop_reason"]) || textOf(message["stop_reason"]) || reason;
    if (event["type"] === "content_block_start") take(objectOf(event["content_block"]), Number(event["index"]));
    said += textOf(delta["text"]);
    const call = open.get(Number(event["index"]));
    if (call !== undefined) call.json += textOf(delta["partial_json"]);
  }
  if (reason === "") return undefined;
  const cachedTokens = usage["cache_read_input_tokens"] ?? 0;
  return {
    text: said,
    calls: [...open.values()].map(({ id, name, json }) => ({ id, name, input: parse(json) })),
    reason,
    tokens: { promptTokens: (usage["input_tokens"] ?? 0) + cachedTokens, cachedTokens, outputTokens: usage["output_tokens"] ?? 0 },
  };
}

function parse(text: string): JsonObject {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return {};
  }
}
