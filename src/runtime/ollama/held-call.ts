import { CloisterError } from "../../error.ts";
import type { Answer, Form } from "../../messages/answer.ts";
import type { JsonObject, JsonValue, Tool } from "../../messages/conversation.ts";
import { formPattern } from "./form-pattern.ts";
import { plainSchema } from "./plain-schema.ts";

/**
 * What a call may be, as a JSON schema for `format`: Ollama turns it into a grammar and holds the answer to it from its first token, so it is
 * sent where the answer begins behind `<tool_call>`. Undefined for answers that are not calls.
 *
 * The order of `properties` is the order in which the model writes them.
 *
 * @throws CloisterError `bad-request` where a call is demanded and there is no tool, `internal` for forms that cannot be said
 */
export function heldCall(answer: Answer, tools: readonly Tool[]): JsonObject | undefined {
  switch (answer.kind) {
    case "forms":
      return anyOf(formCalls(answer.forms, tools));
    case "call":
      if (tools.length === 0)
        throw new CloisterError("bad-request", "A tool call is required, but no tools are offered.", { field: "tool_choice" });
      return anyCall(tools);
    case "anything":
      return tools.length === 0 ? undefined : anyCall(tools);
    case "words":
    case "said":
      return undefined;
  }
}

function anyCall(tools: readonly Tool[]): JsonObject {
  return anyOf(tools.map((tool) => callOf(tool.name, plainSchema(tool.inputSchema))));
}

function callOf(name: string, input: JsonValue): JsonObject {
  return object({ name: { const: name }, arguments: input });
}

function object(properties: JsonObject): JsonObject {
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}

function anyOf(schemas: readonly JsonObject[]): JsonObject {
  const [only, ...more] = schemas;
  return only !== undefined && more.length === 0 ? only : { anyOf: schemas };
}

/** Forms of one tool with one argument, which most are, share one pattern: hundreds of them cost what one costs. */
function formCalls(forms: readonly Form[], tools: readonly Tool[]): JsonObject[] {
  const single = new Map<string, Form[]>();
  const calls: JsonObject[] = [];
  for (const form of forms) {
    if (!tools.some((tool) => tool.name === form.tool))
      throw new CloisterError("internal", `The form ${form.id} calls ${form.tool}, which is not one of the tools offered.`);
    const [argument, ...others] = form.arguments;
    if (argument === undefined || others.length > 0) {
      const call = severalArguments(form);
      if (call !== undefined) calls.push(call);
      continue;
    }
    const key = JSON.stringify([form.tool, argument.name]);
    single.set(key, [...(single.get(key) ?? []), form]);
  }
  for (const alike of single.values()) {
    const [{ tool, name } = { tool: "", name: "" }] = alike.map((form) => ({ tool: form.tool, name: form.arguments[0]?.name ?? "" }));
    const pattern = formPattern(alike.map((form) => form.arguments[0]?.value ?? []));
    if (pattern !== undefined) calls.push(callOf(tool, object({ [name]: { type: "string", pattern } })));
  }
  if (calls.length === 0) {
    const ids = forms.map((form) => form.id).join(", ");
    throw new CloisterError(
      "internal",
      `None of the forms can be said (${ids === "" ? "there is none" : ids}): their choices leave nothing.`,
    );
  }
  return calls;
}

function severalArguments(form: Form): JsonObject | undefined {
  const properties: Record<string, JsonValue> = {};
  for (const { name, value } of form.arguments) {
    const pattern = formPattern([value]);
    if (pattern === undefined) return undefined;
    properties[name] = { type: "string", pattern };
  }
  return callOf(form.tool, object(properties));
}
