import { isMembers, valueAt, type RecordedObject } from "../recorded-object.ts";
import type { CustomColumn } from "../resource-types.ts";
import { since } from "./cells.ts";
import type { Cell, Column, Printer } from "./printer.ts";
import { text } from "./printer.ts";

/** A custom resource as its definition says that it is shown (`additionalPrinterColumns`). */
export function definedPrinter(columns: readonly CustomColumn[]): Printer {
  return {
    columns: [text("Name"), ...columns.map(asColumn)],
    cells: (object, now) => [object.metadata.name, ...columns.map((column) => cellOf(object, column, now))],
  };
}

function asColumn({ name, type, format, description, priority }: CustomColumn): Column {
  const known = type === "integer" || type === "boolean" || type === "date" ? type : "string";
  return { name, type: known, format: format === "name" ? "name" : "", description, priority: priority > 0 ? 1 : 0 };
}

/** What is not there, or not of the column's type, is an empty cell; of several values the first is shown. */
function cellOf(object: RecordedObject, { type, jsonPath }: CustomColumn, now: number): Cell {
  const [first] = findAll(object, jsonPath);
  switch (type) {
    case "string":
      return first === undefined ? "" : asText(first);
    case "date":
      return typeof first === "string" ? since(first, now) : "<unknown>";
    case "integer":
      return typeof first === "number" ? Math.trunc(first) : "";
    case "number":
      return typeof first === "number" ? first : "";
    case "boolean":
      return typeof first === "boolean" ? first : "";
    default:
      return "";
  }
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

const stepPattern = /\.((?:[^.[\]\\]|\\.)+)|\[(\d+|\*)\]|\['((?:[^'\\]|\\.)*)'\]|\[\?\(\s*@\.([\w.]+)\s*(==|!=)\s*["']([^"']*)["']\s*\)\]/y;

/**
 * The values at a simple path, as definitions use them: members, indexes, `[*]`, and `[?(@.type=="Ready")]`. A path that is anything else
 * finds nothing.
 */
export function findAll(object: unknown, path: string): readonly unknown[] {
  let found: readonly unknown[] = [object];
  stepPattern.lastIndex = 0;
  while (stepPattern.lastIndex < path.length) {
    const match = stepPattern.exec(path);
    if (match === null) return [];
    const [, member, index, quoted, field, operator, wanted] = match;
    const name = (member ?? quoted)?.replaceAll(/\\(.)/g, "$1");
    found = found.flatMap((value) => {
      if (name === "*") return isMembers(value) ? Object.values(value) : Array.isArray(value) ? (value as unknown[]) : [];
      if (name !== undefined) return presence(valueAt(value, name));
      if (!Array.isArray(value)) return [];
      if (index === "*") return value as unknown[];
      if (index !== undefined) return presence((value as unknown[])[Number(index)]);
      return value.filter((item) => (String(valueAt(item, ...(field ?? "").split("."))) === wanted) === (operator === "=="));
    });
  }
  return found;
}

function presence(value: unknown): readonly unknown[] {
  return value === undefined || value === null ? [] : [value];
}
