import type { JsonObject, Tool } from "../../messages/conversation.ts";
import { propertiesOf, soleArgument, knownName } from "./fit-arguments.ts";
import { readLenientJson } from "./lenient-json.ts";
import { makeCall, type Recognised } from "./recognise.ts";
import { findTool } from "./tool-name.ts";

/** `<function=Bash>`, `<invoke name="Bash">`, `<tool name='Bash'>`. */
const namedTag = /<(?:function|invoke|tool|tool_call|tool_use|call)(?:\s*=\s*|\s+(?:name|tool|function)\s*=\s*)["']?([\w.-]+)["']?[^<>]*>/i;
/** `<tool_name>Bash</tool_name>`. */
const nameElement = /<(tool_name|tool|name|function_name|function)>\s*([\w.-]+)\s*<\/\1>/i;
const parameter =
  /<(?:parameter|param|arg|argument)(?:\s*=\s*|\s+name\s*=\s*)["']?([\w-]+)["']?\s*>([^]*?)<\/(?:parameter|param|arg|argument)>/gi;

/** `<parameter=command=ls>` and `<parameter>command=ls</parameter>`: the same, misremembered. */
const looseParameter =
  /<(?:parameter|param|arg|argument)(?:=([\w-]+)=([^<>\n]*)>|>\s*([\w-]+)=([^<]*)<\/(?:parameter|param|arg|argument)>)/gi;

/** Finds a call that is written in tags, with its arguments in tags, as JSON or as attributes. */
export function readMarkup(text: string, tools: readonly Tool[], demanded: boolean): Recognised {
  const found = findName(text, tools);
  if (found === undefined) return { kind: "nothing" };
  const tool = findTool(found.name, tools);
  if (tool === undefined) {
    if (!demanded) return { kind: "nothing" };
    return { kind: "fault", fault: `The model called ${JSON.stringify(found.name.slice(0, 60))}, which is not one of the tools offered.` };
  }
  const input = readInput(found.body, found.tag, tool);
  if (input !== undefined) return makeCall(tool, input);
  // `<function=Edit>` can be nothing but a call; a tag of the tool's name alone can.
  return found.isCall ? { kind: "fault", fault: `The model's call of ${tool.name} cannot be read.` } : { kind: "nothing" };
}

interface Found {
  readonly isCall: boolean;
  readonly name: string;
  /** The tag that names the tool: it may hold arguments as attributes. */
  readonly tag: string;
  readonly body: string;
}

function findName(text: string, tools: readonly Tool[]): Found | undefined {
  const named = namedTag.exec(text);
  if (named?.[1] !== undefined) return { isCall: true, name: named[1], tag: "", body: text.slice(named.index + named[0].length) };
  const element = nameElement.exec(text);
  if (element?.[2] !== undefined) return { isCall: false, name: element[2], tag: "", body: text.slice(element.index + element[0].length) };
  for (const { name } of tools) {
    const tag = new RegExp(`<${name}(\\s[^<>]*)?>`, "i").exec(text);
    if (tag !== null) return { isCall: false, name, tag: tag[1] ?? "", body: text.slice(tag.index + tag[0].length) };
  }
  return undefined;
}

function readInput(body: string, tag: string, tool: Tool): JsonObject | undefined {
  const pairs = [...body.matchAll(parameter)].map(([, name = "", value = ""]) => [name, plain(value)] as const);
  if (pairs.length > 0) return Object.fromEntries(pairs);
  const loose = [...body.matchAll(looseParameter)].map(([, a, b, c, d]) => [a ?? c ?? "", plain(b ?? d ?? "")] as const);
  if (loose.length > 0) return Object.fromEntries(loose);
  const brace = body.search(/\S/);
  if (body[brace] === "{" || /<(?:arguments|parameters|args|input|params)>\s*\{/i.test(body)) {
    const read = readLenientJson(body, body.indexOf("{"))?.value;
    return typeof read === "object" && read !== null && !Array.isArray(read) ? (read as JsonObject) : undefined;
  }
  const known = Object.keys(propertiesOf(tool) ?? {});
  const children = [...body.matchAll(/<([\w-]+)>([^]*?)<\/\1>/g)].flatMap(([, name = "", value = ""]) =>
    /^(?:arguments|parameters|args|input|params)$/i.test(name)
      ? [...value.matchAll(/<([\w-]+)>([^]*?)<\/\1>/g)].map(([, inner = "", text = ""]) => [inner, plain(text)] as const)
      : [[name, plain(value)] as const],
  );
  if (children.some(([name]) => knownName(name, known, {}) !== undefined)) return Object.fromEntries(children);
  const attributes = [...tag.matchAll(/([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(
    ([, name = "", a, b]) => [name, plain(a ?? b ?? "")] as const,
  );
  if (attributes.length > 0) return Object.fromEntries(attributes);
  const sole = soleArgument(tool);
  const text = /^([^<]*)<\//.exec(body)?.[1]?.trim() ?? "";
  return sole === undefined || text === "" ? undefined : { [sole]: plain(text) };
}

/** The line feeds next to the tags are the tags'. Escapes are undone where all is escaped, as XML wants it. */
function plain(value: string): string {
  const text = value.replace(/^\r?\n/, "").replace(/\r?\n$/, "");
  if (/[<>]|&(?!(?:lt|gt|amp|quot|apos);)/.test(text)) return text;
  return text
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&apos;/g, "'")
    .replace(/&amp;/g, "&");
}
