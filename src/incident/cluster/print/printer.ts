import type { RecordedObject } from "../recorded-object.ts";

/** A column of a `Table`; those of priority 1 are shown with `-o wide` only. */
export interface Column {
  readonly name: string;
  readonly type: "string" | "integer" | "boolean" | "date";
  readonly format: "" | "name";
  readonly description: string;
  readonly priority: 0 | 1;
}

export type Cell = string | number | boolean;

/** How one kind is shown in a table. The cells are those of Kubernetes' own printers, wide ones always included. */
export interface Printer {
  readonly columns: readonly Column[];
  /** @param now milliseconds since the epoch, from which ages are told */
  cells(object: RecordedObject, now: number): readonly Cell[];
}

export function text(name: string): Column {
  return { name, type: "string", format: name === "Name" ? "name" : "", description: "", priority: 0 };
}

export function integer(name: string): Column {
  return { ...text(name), type: "integer" };
}

export function yesNo(name: string): Column {
  return { ...text(name), type: "boolean" };
}

export function wide(column: Column): Column {
  return { ...column, priority: 1 };
}
