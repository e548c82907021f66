import type { JsonObject, JsonValue, Tool } from "../../messages/conversation.ts";
import { soleArgument } from "./fit-arguments.ts";
import { readLenientJson } from "./lenient-json.ts";
import { makeCall, type Recognised } from "./recognise.ts";

/** Finds a call that is written as code: `Bash(command="ls")`, `Read({"file_path": "/a"})`, `Bash("ls")`. */
export function readSignature(text: string, tools: readonly Tool[]): Recognised {
  const head = /^\s*([A-Za-z_]\w*)\s*\(/.exec(text);
  const tool = tools.find((each) => each.name.toLowerCase() === head?.[1]?.toLowerCase());
  if (head === null || tool === undefined) return { kind: "nothing" };
  const input = readInput(text, head[0].length, tool);
  return input === undefined ? { kind: "nothing" } : makeCall(tool, input);
}

function readInput(text: string, from: number, tool: Tool): JsonObject | undefined {
  const pairs: [string, JsonValue][] = [];
  let at = from;
  for (;;) {
    at += /^[\s,]*/.exec(text.slice(at))?.[0].length ?? 0;
    if (text[at] === ")") return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
    const name = /^([A-Za-z_]\w*)\s*[=:]\s*/.exec(text.slice(at));
    at += name?.[0].length ?? 0;
    const read = readLenientJson(text, at);
    if (read === undefined || !read.closed) return undefined;
    at = read.end;
    if (name?.[1] !== undefined) pairs.push([name[1], read.value]);
    else {
      // One value without a name: all the arguments, or the only one.
      if (pairs.length > 0 || text.slice(at).trimStart()[0] !== ")") return undefined;
      if (typeof read.value === "object" && read.value !== null && !Array.isArray(read.value)) return read.value as JsonObject;
      const sole = soleArgument(tool);
      return sole === undefined ? undefined : { [sole]: read.value };
    }
  }
}
