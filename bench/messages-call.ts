import { Agent, request } from "node:http";
import type { JsonObject, Tool } from "../src/messages/conversation.ts";
import { isJsonObject } from "../src/messages/json.ts";
import { findFault } from "../src/prompt/arguments.ts";

/** One streamed answer of a Messages endpoint, timed from the moment the request is sent. Milliseconds. */
export interface TimedAnswer {
  /** To the first event that says something: text or a call, no ping. */
  readonly firstWordMs: number | undefined;
  /** To the end of the first call that is valid against its tool's schema. */
  readonly firstValidCallMs: number | undefined;
  readonly endMs: number;
  readonly status: number;
  /** Calls as they were made, valid or not. */
  readonly calls: readonly MadeCall[];
  /** The beginning of the text, 400 characters. */
  readonly text: string;
  readonly stopReason: string | undefined;
  /** Prompt tokens as the answer's own usage has them, cached ones included. */
  readonly usagePromptTokens: number | undefined;
  /** What went wrong, where the answer was none. */
  readonly error: string | undefined;
}

export interface MadeCall {
  readonly name: string;
  /** Undefined where nothing is wrong with it. */
  readonly fault: string | undefined;
}

export interface MessagesTarget {
  readonly url: string;
  readonly token: string;
  /** Connections are kept, as the client keeps them. */
  readonly agent: Agent;
  readonly signal: AbortSignal;
}

const shownText = 400;

/**
 * Posts a Messages request with `stream` and reads the answer to its end. An answer that is an error is a figure too (`error`), a
 * server that cannot be reached is thrown. No time limit: a prefill of ten minutes is what is measured.
 */
export function callMessages(target: MessagesTarget, body: JsonObject): Promise<TimedAnswer> {
  const text = JSON.stringify({ ...body, stream: true });
  const { url, token, agent, signal } = target;
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const sent = request(`${url}/v1/messages`, {
      method: "POST",
      agent,
      signal,
      headers: {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(text),
        "anthropic-version": "2023-06-01",
        authorization: `Bearer ${token}`,
        "x-api-key": token,
      },
    });
    sent.once("error", reject);
    sent.once("response", (response) => {
      const reader = createAnswerReader(toolsOf(body), () => performance.now() - started);
      response.setEncoding("utf8");
      response.on("data", (part: string) => reader.push(part));
      response.once("error", reject);
      response.once("end", () => resolve(reader.end(response.statusCode ?? 0)));
    });
    sent.end(text);
  });
}

interface AnswerReader {
  push(part: string): void;
  end(status: number): TimedAnswer;
}

/** Reads server-sent events of the Messages API as they come, cut anywhere. `now` is the time since the request. */
export function createAnswerReader(tools: ReadonlyMap<string, Tool>, now: () => number): AnswerReader {
  let pending = "";
  let whole = "";
  let firstWordMs: number | undefined;
  let firstValidCallMs: number | undefined;
  let stopReason: string | undefined;
  let usagePromptTokens: number | undefined;
  let error: string | undefined;
  let said = "";
  const calls: MadeCall[] = [];
  const open = new Map<number, { readonly name: string; json: string }>();

  function take(event: JsonObject): void {
    const [block, delta, message] = [objectOf(event["content_block"]), objectOf(event["delta"]), objectOf(event["message"])];
    const index = Number(event["index"]);
    switch (event["type"]) {
      case "message_start":
        readUsage(objectOf(message["usage"]));
        return;
      case "content_block_start":
        if (block["type"] !== "tool_use") return;
        firstWordMs ??= now();
        open.set(index, {
          name: textOf(block["name"]),
          json: isJsonObject(block["input"]) && Object.keys(block["input"]).length > 0 ? JSON.stringify(block["input"]) : "",
        });
        return;
      case "content_block_delta": {
        const text = textOf(delta["text"]);
        if (text !== "" || delta["type"] === "input_json_delta") firstWordMs ??= now();
        if (said.length < shownText) said += text;
        const call = open.get(index);
        if (call !== undefined) call.json += textOf(delta["partial_json"]);
        return;
      }
      case "content_block_stop": {
        const call = open.get(index);
        if (call === undefined) return;
        open.delete(index);
        const fault = faultOf(call.name, call.json, tools);
        calls.push({ name: call.name, fault });
        if (fault === undefined) firstValidCallMs ??= now();
        return;
      }
      case "message_delta":
        stopReason = typeof delta["stop_reason"] === "string" ? delta["stop_reason"] : stopReason;
        readUsage(objectOf(event["usage"]));
        return;
      case "error":
        error = textOf(objectOf(event["error"])["message"]) || "an error without words";
        return;
      default:
        return;
    }
  }

  function readUsage(usage: JsonObject): void {
    const parts = ["input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"].map((name) => Number(usage[name] ?? 0));
    const total = parts.reduce((all, part) => all + part, 0);
    if (total > 0) usagePromptTokens = total;
  }

  return {
    push(part) {
      if (whole.length < 2000) whole += part;
      pending += part;
      const lines = pending.split(/\r?\n/);
      pending = lines.pop() ?? "";
      for (const line of lines) {
        if (!line.startsWith("data:")) continue;
        try {
          const event: unknown = JSON.parse(line.slice(5));
          if (isJsonObject(event)) take(event);
        } catch {
          // `[DONE]` and the like: some servers end their streams with a word of another protocol.
        }
      }
    },
    end(status) {
      const failed = status === 200 ? error : `status ${status}: ${whole.slice(0, 500)}`;
      return {
        firstWordMs,
        firstValidCallMs,
        endMs: now(),
        status,
        calls,
        text: said.slice(0, shownText),
        stopReason,
        usagePromptTokens,
        error: failed,
      };
    },
  };
}

/** Tools of a request in our form, by name; what a call is held against. */
export function toolsOf(body: JsonObject): ReadonlyMap<string, Tool> {
  const listed = Array.isArray(body["tools"]) ? (body["tools"] as readonly unknown[]) : [];
  return new Map(
    listed.flatMap((tool): [string, Tool][] => {
      if (!isJsonObject(tool) || typeof tool["name"] !== "string" || !isJsonObject(tool["input_schema"])) return [];
      return [[tool["name"], { name: tool["name"], description: "", inputSchema: tool["input_schema"] }]];
    }),
  );
}

function faultOf(name: string, json: string, tools: ReadonlyMap<string, Tool>): string | undefined {
  const tool = tools.get(name);
  if (tool === undefined) return `there is no tool ${name.slice(0, 80)}`;
  try {
    const input: unknown = json === "" ? {} : JSON.parse(json);
    return isJsonObject(input) ? findFault(tool, input) : "the arguments are no object";
  } catch {
    return "the arguments are no JSON";
  }
}

/** The value as an object, or an empty one: answers of others are read leniently. */
export function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
