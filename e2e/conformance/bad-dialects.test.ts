import { createLlamaServerRuntime } from "../../src/runtime/llama-server/llama-server.ts";
import { createOpenAiRuntime } from "../../src/runtime/openai/openai.ts";
import { apiKey, badServerTests, end, json } from "./bad-server.ts";

const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
/** A JSON text with `@` where the bytes come in. */
function around(template: string, bytes: Buffer): Buffer {
  const [before = "", after = ""] = template.split("@");
  return Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)]);
}

const written = (city: string): string => `<tool_call>\n{"name": "Pick", "arguments": {"city": "${city}"}}\n</tool_call>\n`;
const timings = { cache_n: 0, prompt_n: 3, prompt_ms: 1, predicted_ms: 1 };

badServerTests({
  name: "llama-server",
  streamType: "text/event-stream",
  piece: (text) => around(event({ content: "@", tokens: [1], tokens_predicted: 1, stop: false }), text),
  ending: Buffer.from(event({ content: "", tokens: [], stop: true, stop_type: "eos", tokens_predicted: 2, timings })),
  // The calls of this dialect are the model's own text.
  twoCalls: Buffer.from(
    `${event({ content: `${written("Oslo")}${written("Rome")}`, tokens: [1], tokens_predicted: 1, stop: false })}${event({ content: "", tokens: [], stop: true, stop_type: "eos", tokens_predicted: 2, timings })}`,
  ),
  answer(path, body, response) {
    if (path === "/health") return json(response, { status: "ok" });
    if (path === "/props")
      return json(response, {
        default_generation_settings: { n_ctx: 2048 },
        total_slots: 1,
        model_path: "/models/fake.gguf",
        eos_token: "<|im_end|>",
      });
    if (path === "/tokenize") return json(response, { tokens: [...Buffer.from((body as { content: string }).content)] });
    if (!path.startsWith("/slots")) return false;
    end(response, 501, "application/json", '{"error": {"message": "not supported"}}');
    return true;
  },
  open: (url, limits) => createLlamaServerRuntime({ url, apiKey, limits }),
});

const delta = (content: unknown, finish_reason: string | null = null): unknown => ({
  choices: [{ index: 0, delta: content, finish_reason }],
});
const call = (index: number, city: string): unknown => ({
  tool_calls: [{ index, id: `c${index}`, type: "function", function: { name: "Pick", arguments: JSON.stringify({ city }) } }],
});

badServerTests({
  name: "openai",
  streamType: "text/event-stream",
  piece: (text) => around(event(delta({ content: "@" })), text),
  ending: Buffer.from(
    `${event(delta({}, "stop"))}${event({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 1 } })}data: [DONE]\n\n`,
  ),
  twoCalls: Buffer.from(
    `${event(delta(call(0, "Oslo")))}${event(delta(call(1, "Rome")))}${event(delta({}, "tool_calls"))}data: [DONE]\n\n`,
  ),
  answer(path, body, response) {
    if (path === "/v1/models") return json(response, { data: [{ id: "fake", max_model_len: 2048 }] });
    if (path !== "/v1/chat/completions") {
      end(response, 404, "application/json", "{}");
      return true;
    }
    const asked = body as { stream: boolean; return_progress?: boolean; messages: readonly unknown[]; tools?: unknown };
    if (asked.stream && asked.return_progress !== true) return false;
    if (asked.stream) {
      end(response, 400, "application/json", '{"error": {"message": "unknown parameter: return_progress"}}');
      return true;
    }
    const prompt_tokens = JSON.stringify([asked.messages, asked.tools]).length;
    return json(response, { choices: [{ message: { content: "ok" } }], usage: { prompt_tokens, completion_tokens: 1 } });
  },
  open: (url, limits) => createOpenAiRuntime({ url, apiKey, limits }),
});
