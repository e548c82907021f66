import { Ajv, type AnySchemaObject, type Options, type ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { CloisterError } from "../error.ts";
import type { JsonObject, Tool } from "../messages/conversation.ts";

/** Schemas are somebody else's: unknown keywords and formats pass, as the specification wants it. */
const options: Options = { strict: false, validateFormats: false, addUsedSchema: false, validateSchema: false, logger: false };

/** A schema's judge, kept for as long as the schema itself. */
const judges = new WeakMap<JsonObject, ValidateFunction>();

/**
 * What is wrong with a call's arguments, by the schema's own draft (`$schema` says; 2020-12 where it does not); undefined where
 * nothing is.
 *
 * @throws CloisterError `bad-request` where the schema itself cannot be used
 */
export function findFault(tool: Tool, input: JsonObject): string | undefined {
  const judge = judgeOf(tool);
  if (judge(input)) return undefined;
  const [first] = judge.errors ?? [];
  return `arguments${first?.instancePath.replaceAll("/", ".") ?? ""} ${first?.message ?? "is not valid"}`;
}

function judgeOf(tool: Tool): ValidateFunction {
  const known = judges.get(tool.inputSchema);
  if (known) return known;
  try {
    const judge = (isDraft7(tool.inputSchema) ? new Ajv(options) : new Ajv2020(options)).compile(withoutDraft(tool.inputSchema));
    judges.set(tool.inputSchema, judge);
    return judge;
  } catch (error) {
    throw new CloisterError("bad-request", `The input schema of the tool ${tool.name} cannot be used: ${String(error)}.`, {
      field: "tools.input_schema",
      cause: error,
    });
  }
}

/** Drafts before 2019, in which nothing counts beside a `$ref` and tuples are written as `items`. */
export function isDraft7(schema: JsonObject): boolean {
  return typeof schema.$schema === "string" && /draft-0[467]/.test(schema.$schema);
}

/** ajv refuses the name of a draft that it was not given, also one that differs by a `#`. */
function withoutDraft(schema: JsonObject): AnySchemaObject {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "$schema"));
}
