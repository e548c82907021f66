import type { Form } from "../messages/answer.ts";
import type { JsonObject } from "../messages/conversation.ts";
import { uniqueText } from "./edits.ts";

export interface FunctionEditsAsked {
  readonly id: string;
  readonly path: string;
  readonly text: string;
  /** What looks and tests printed. */
  readonly evidence: readonly string[];
  /** Edits that were made before: a body that was tried is not offered again. */
  readonly tried: readonly JsonObject[];
}

/** A function with the lines that it is written in. */
interface WrittenFunction {
  readonly name: string;
  /** From 0; the last line is the one that closes it. */
  readonly first: number;
  readonly last: number;
}

/** Longest body that is offered, in characters: more is no change of one function. */
const longestBody = 1600;
/** How much longer a body may become. */
const room = 300;
/** So many functions are offered: a model chooses well among few. */
const most = 3;

/**
 * Edits of one function: its head and its end stay, the slot is the body. Those that the evidence speaks of come first: a function that an output names, then the
 * one that has the most words in common with it.
 */
export function functionForms({ id, path, text, evidence, tried }: FunctionEditsAsked): readonly Form[] {
  const lines = text.split("\n");
  const said = wordsOf(evidence.join("\n"));
  const ranked = functionsOf(lines)
    .map((one) => ({ ...one, score: scoreOf(one, lines, said) }))
    .sort((a, b) => b.score - a.score);
  return ranked.flatMap(({ first, last }) => formOf({ id, path, tried }, lines, first, last) ?? []).slice(0, most);
}

function formOf(
  { id, path, tried }: Pick<FunctionEditsAsked, "id" | "path" | "tried">,
  lines: readonly string[],
  first: number,
  last: number,
): Form | undefined {
  const body = lines.slice(first + 1, last).join("\n");
  if (body.trim() === "" || body.length > longestBody || uniqueText(lines, first) === undefined) return undefined;
  const [head = "", end = ""] = [lines[first], lines[last]];
  const old = lines.slice(first, last + 1).join("\n");
  const frame = [`${head}\n`, `\n${end}`] as const;
  const bodies = tried.flatMap(({ file_path: file, new_string: made }) =>
    file === path && typeof made === "string" && made.startsWith(frame[0]) && made.endsWith(frame[1])
      ? [made.slice(frame[0].length, -frame[1].length)]
      : [],
  );
  return {
    id,
    tool: "Edit",
    arguments: [
      { name: "file_path", value: [{ kind: "fixed", text: path }] },
      { name: "old_string", value: [{ kind: "fixed", text: old }] },
      {
        name: "new_string",
        value: [
          { kind: "fixed", text: frame[0] },
          // What any language is written in: printable ASCII, line feeds and tabs.
          { kind: "text", slot: { min: 1, max: body.length + room, characters: "\\n\\t -~", except: [body, ...bodies] } },
          { kind: "fixed", text: frame[1] },
        ],
      },
    ],
  };
}

const head =
  /^\s*(?:(?:export|default|public|private|protected|static|async|pub|override)\s+)*(?:(?:function\*?|func|fn)\s+(?:\([^)]*\)\s*)?(#?\w+)|(?:const|let)\s+(\w+)\s*=.*=>\s*\{|(?:get\s+|set\s+)?(#?\w+)\s*\([^;]*\)\s*(?::[^{;]+)?\{|def\s+(\w+))/;
const statements = new Set(["if", "for", "while", "switch", "catch", "return", "with", "else", "do"]);

/** Functions by their heads and indentation, as formatters write them; nested ones belong to the one around them. */
function functionsOf(lines: readonly string[]): readonly WrittenFunction[] {
  const found: WrittenFunction[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? "";
    const match = head.exec(line);
    const name = match?.[1] ?? match?.[2] ?? match?.[3] ?? match?.[4];
    if (name === undefined || statements.has(name)) continue;
    const last = lastLineOf(lines, index, match?.[4] !== undefined);
    if (last === undefined || last <= index) continue;
    found.push({ name, first: index, last });
    index = last;
  }
  return found;
}

function lastLineOf(lines: readonly string[], first: number, byIndent: boolean): number | undefined {
  const indent = indentOf(lines[first] ?? "");
  for (let index = first + 1; index < lines.length; index++) {
    const line = lines[index] ?? "";
    if (line.trim() === "" || indentOf(line) > indent) continue;
    // Where indentation alone ends a function, its last line is the one before; it has no end of its own.
    if (byIndent) return undefined;
    return /^\s*\}[);,]*$/.test(line) && indentOf(line) === indent ? index : undefined;
  }
  return undefined;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function scoreOf({ name, first, last }: WrittenFunction, lines: readonly string[], said: ReadonlySet<string>): number {
  const own = wordsOf(lines.slice(first, last + 1).join("\n"));
  const common = [...own].filter((word) => said.has(word)).length;
  return (said.has(name.replace("#", "").toLowerCase()) ? 100 : 0) + common;
}

/** Words of four letters and more, in lower case, names taken apart at their capitals. */
function wordsOf(text: string): ReadonlySet<string> {
  const whole = text.match(/[A-Za-z]{4,40}/g) ?? [];
  const parts = text.match(/[A-Z]?[a-z]{3,40}/g) ?? [];
  return new Set([...whole, ...parts].map((word) => word.toLowerCase()).filter((word) => word.length > 3));
}
