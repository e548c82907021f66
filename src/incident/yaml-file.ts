import { lstat, readFile } from "node:fs/promises";
import { LineCounter, isNode, parseDocument } from "yaml";
import type { Document } from "yaml";
import type { z } from "zod";
import { CloisterError } from "../error.ts";

const maxBytes = 1024 * 1024;

/**
 * One YAML document, parsed and held to its schema. Errors are `missing` (no such file) and `damaged` (not a plain file, over 1 MiB, not
 * YAML, not what the schema asks for) and name the file as `label`, the line, the field and what was expected.
 */
export async function readYamlFile<T>(path: string, label: string, schema: z.ZodType<T>): Promise<T> {
  return parseYaml(await readBounded(path, label), label, schema);
}

/** The same for text that is already in hand. */
export function parseYaml<T>(text: string, label: string, schema: z.ZodType<T>): T {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = document.errors[0];
  if (broken !== undefined) {
    const { line } = lines.linePos(broken.pos[0]);
    throw new CloisterError("damaged", `${label}, line ${line}: not YAML: ${broken.message}`, { field: label });
  }
  const parsed = schema.safeParse(document.toJS({ maxAliasCount: 100 }));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const path = issue.path.filter((part) => typeof part !== "symbol");
    return { line: lineOf(document, lines, path), field: fieldName(path), message: issue.message };
  });
  const first = problems[0]!;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  throw new CloisterError("damaged", `${label}, line ${first.line}: ${first.field}: ${first.message}${more}`, {
    field: first.field,
    hint: "docs/scenarios.md describes the format of a scenario.",
  });
}

async function readBounded(path: string, label: string): Promise<string> {
  const stat = await lstat(path).catch((cause: unknown) => {
    throw new CloisterError("missing", `${label} is missing.`, { field: label, cause });
  });
  if (!stat.isFile()) throw new CloisterError("damaged", `${label} is not a plain file.`, { field: label });
  if (stat.size > maxBytes)
    throw new CloisterError("damaged", `${label} has ${stat.size} bytes; at most ${maxBytes} are read.`, { field: label });
  return readFile(path, "utf8");
}

/** The line of the deepest part of the path that the document has: a missing field is reported where it should have been. */
function lineOf(document: Document, lines: LineCounter, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function fieldName(path: readonly (string | number)[]): string {
  if (path.length === 0) return "the document";
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`)).join("");
}
