import type { JsonObject } from "../src/messages/conversation.ts";

const toolCount = 22;

/**
 * A request of about so many bytes with the shape of a client's first one: 22 tools that take two thirds of it, a system prompt, a task.
 * Our own words; `seed` is in all its parts, so that two requests share no prefix and nobody's cache helps.
 */
export function syntheticRequest(bytes: number, seed: number): JsonObject {
  const perTool = Math.floor((bytes * 2) / 3 / toolCount);
  const tools = Array.from({ length: toolCount }, (_, n) => ({
    name: `Tool${n}`,
    description: filler(perTool - 420, seed * 100 + n),
    input_schema: {
      $schema: "http://json-schema.org/draft-07/schema#",
      type: "object",
      properties: {
        path: { type: "string", description: "The absolute path of what the tool works on." },
        lines: { type: "integer", description: "How many lines of it.", minimum: 1 },
        options: { type: "array", items: { type: "string", enum: ["all", "newest", "failed"] } },
      },
      required: ["path"],
      additionalProperties: false,
    },
  }));
  const task = { role: "user", content: [{ type: "text", text: `Task ${seed}: find out why the pods of payments keep restarting.` }] };
  const base = { model: "bench", max_tokens: 50, stream: true, temperature: 0, tools, messages: [task] };
  const left = bytes - Buffer.byteLength(JSON.stringify(base)) - 60;
  return { ...base, system: [{ type: "text", text: filler(left, seed), cache_control: { type: "ephemeral" } }] };
}

/** So many characters of plain English that no other seed gives. */
function filler(characters: number, seed: number): string {
  let text = "";
  for (let n = 0; text.length < characters; n++)
    text += `Rule ${seed}.${n}: look at line ${(n * 7919 + seed * 31) % 997} before you change line ${(n * 104_729 + seed) % 991}, and say what you saw. `;
  return text.slice(0, Math.max(0, characters));
}
