import { CloisterError } from "../../error.ts";
import type { Directive, Document, Operation, Selection, Value } from "./graphql-parse.ts";

/**
 * What a query is answered from: plain values, objects, lists, and functions of the arguments. An object that a query may ask about by type
 * has a `__typename`.
 */
export type GraphValue = string | number | boolean | null | undefined | GraphObject | readonly GraphValue[];
export type GraphField = GraphValue | ((args: Arguments) => GraphValue | Promise<GraphValue>);
export interface GraphObject {
  readonly [name: string]: GraphField;
}
export type Arguments = Readonly<Record<string, unknown>>;

/** An error of one field, as GitHub answers it: the field is null, the rest of the query stands. */
export class FieldError extends Error {
  readonly type: "NOT_FOUND" | "UNPROCESSABLE" | "FORBIDDEN" | "INSUFFICIENT_SCOPES";

  constructor(type: FieldError["type"], message: string) {
    super(message);
    this.name = "FieldError";
    this.type = type;
  }
}

export interface GraphAnswer {
  readonly data: JsonObject | null;
  readonly errors?: readonly GraphError[];
}

export interface GraphError {
  readonly type?: string;
  readonly message: string;
  readonly path?: readonly (string | number)[];
}

export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json;
}

export interface Roots {
  readonly query: GraphObject;
  readonly mutation: GraphObject;
  /** Which concrete types an interface or union has. */
  readonly abstractTypes: Readonly<Record<string, readonly string[]>>;
}

const maxSelections = 50_000;

/** Answer one operation. A field that the roots do not know is null, without an error: clients of a newer forge ask for many such fields. */
export async function execute(
  document: Document,
  roots: Roots,
  variables: Readonly<Record<string, unknown>>,
  operationName: string | undefined,
): Promise<GraphAnswer> {
  const operation = chooseOperation(document, operationName);
  if (operation.kind === "subscription") throw new CloisterError("bad-request", "Subscriptions are not served here.", { field: "query" });
  const execution = new Execution(document, roots, operation, variables);
  const data = await execution.object(operation.kind === "query" ? roots.query : roots.mutation, operation.selections, []);
  return execution.errors.length > 0 ? { data, errors: execution.errors } : { data };
}

function chooseOperation(document: Document, name: string | undefined): Operation {
  const [only, ...others] = document.operations;
  const chosen =
    name === undefined || name === "" ? (others.length === 0 ? only : undefined) : document.operations.find((o) => o.name === name);
  if (chosen === undefined)
    throw new CloisterError("bad-request", "The document does not hold the operation to run.", { field: "operationName" });
  return chosen;
}

class Execution {
  readonly errors: GraphError[] = [];
  readonly #document: Document;
  readonly #roots: Roots;
  readonly #operation: Operation;
  readonly #variables: Readonly<Record<string, unknown>>;
  #selected = 0;

  constructor(document: Document, roots: Roots, operation: Operation, variables: Readonly<Record<string, unknown>>) {
    this.#document = document;
    this.#roots = roots;
    this.#operation = operation;
    this.#variables = variables;
  }

  async object(object: GraphObject, selections: readonly Selection[], path: readonly (string | number)[]): Promise<JsonObject> {
    const answer: JsonObject = Object.create(null) as JsonObject;
    await this.#select(object, selections, path, answer, new Set());
    return answer;
  }

  async #select(
    object: GraphObject,
    selections: readonly Selection[],
    path: readonly (string | number)[],
    answer: JsonObject,
    open: ReadonlySet<string>,
  ): Promise<void> {
    for (const selection of selections) {
      if (++this.#selected > maxSelections)
        throw new CloisterError("bad-request", `The query asks for more than ${maxSelections} fields.`, { field: "query" });
      if (!this.#wanted(selection.directives)) continue;
      switch (selection.kind) {
        case "field": {
          const value = await this.#field(object, selection, [...path, selection.alias]);
          answer[selection.alias] = merge(answer[selection.alias], value);
          break;
        }
        case "inline":
          if (selection.on === undefined || this.#isA(object, selection.on))
            await this.#select(object, selection.selections, path, answer, open);
          break;
        case "spread": {
          const fragment = this.#document.fragments.get(selection.fragment);
          if (fragment === undefined || open.has(selection.fragment))
            throw new CloisterError("bad-request", `The fragment ${selection.fragment} is not defined, or holds itself.`, {
              field: "query",
            });
          if (this.#isA(object, fragment.on))
            await this.#select(object, fragment.selections, path, answer, new Set([...open, selection.fragment]));
          break;
        }
      }
    }
  }

  async #field(object: GraphObject, selection: Extract<Selection, { kind: "field" }>, path: readonly (string | number)[]): Promise<Json> {
    const field = Object.hasOwn(object, selection.name) ? object[selection.name] : undefined;
    try {
      const value = typeof field === "function" ? await field(this.#args(selection.args)) : field;
      return await this.#complete(value, selection.selections, path);
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      this.errors.push({ type: error.type, message: error.message, path });
      return null;
    }
  }

  async #complete(value: GraphValue, selections: readonly Selection[] | undefined, path: readonly (string | number)[]): Promise<Json> {
    if (value === null || value === undefined) return null;
    if (Array.isArray(value)) {
      const items: Json[] = [];
      for (const [index, item] of (value as readonly GraphValue[]).entries())
        items.push(await this.#complete(item, selections, [...path, index]));
      return items;
    }
    if (typeof value !== "object") return selections === undefined ? value : null;
    return selections === undefined ? null : this.object(value as GraphObject, selections, path);
  }

  #isA(object: GraphObject, type: string): boolean {
    const own = object["__typename"];
    if (typeof own !== "string") return false;
    return own === type || (Object.hasOwn(this.#roots.abstractTypes, type) && this.#roots.abstractTypes[type]?.includes(own) === true);
  }

  #wanted(directives: readonly Directive[]): boolean {
    return directives.every(({ name, args }) => {
      const condition = this.#args(args)["if"];
      return name === "skip" ? condition !== true : name === "include" ? condition === true : true;
    });
  }

  #args(values: ReadonlyMap<string, Value>): Arguments {
    return Object.fromEntries([...values].map(([name, value]) => [name, this.#value(value)]));
  }

  #value(value: Value): unknown {
    switch (value.kind) {
      case "literal":
        return value.value;
      case "variable": {
        if (Object.hasOwn(this.#variables, value.name)) return this.#variables[value.name];
        const fallback = this.#operation.defaults.get(value.name);
        return fallback === undefined ? undefined : this.#value(fallback);
      }
      case "list":
        return value.items.map((item) => this.#value(item));
      case "object":
        return this.#args(value.members);
    }
  }
}

/** One field may be selected in several places (a fragment and beside it): what they select is put together. */
function merge(before: Json | undefined, after: Json): Json {
  if (before === undefined || before === null || typeof before !== "object" || after === null || typeof after !== "object") return after;
  if (Array.isArray(before) && Array.isArray(after)) return after.map((item, index) => merge(before[index], item));
  if (Array.isArray(before) || Array.isArray(after)) return after;
  const merged: JsonObject = Object.assign(Object.create(null) as JsonObject, before);
  for (const [name, value] of Object.entries(after)) merged[name] = merge(merged[name], value);
  return merged;
}
