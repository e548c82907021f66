import { CloisterError } from "../../error.ts";

/** A GraphQL document, as far as a client of a forge writes one: operations and fragments, no type definitions (GraphQL October 2021, section 2). */
export interface Document {
  readonly operations: readonly Operation[];
  readonly fragments: ReadonlyMap<string, Fragment>;
}

export interface Operation {
  readonly kind: "query" | "mutation" | "subscription";
  readonly name: string | undefined;
  /** The defaults of its variables. */
  readonly defaults: ReadonlyMap<string, Value>;
  readonly selections: readonly Selection[];
}

export interface Fragment {
  readonly on: string;
  readonly selections: readonly Selection[];
}

export type Selection =
  | {
      readonly kind: "field";
      readonly name: string;
      readonly alias: string;
      readonly args: ReadonlyMap<string, Value>;
      readonly directives: readonly Directive[];
      readonly selections: readonly Selection[] | undefined;
    }
  | { readonly kind: "spread"; readonly fragment: string; readonly directives: readonly Directive[] }
  | {
      readonly kind: "inline";
      readonly on: string | undefined;
      readonly directives: readonly Directive[];
      readonly selections: readonly Selection[];
    };

export interface Directive {
  readonly name: string;
  readonly args: ReadonlyMap<string, Value>;
}

export type Value =
  | { readonly kind: "literal"; readonly value: string | number | boolean | null }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "list"; readonly items: readonly Value[] }
  | { readonly kind: "object"; readonly members: ReadonlyMap<string, Value> };

interface Token {
  readonly kind: "mark" | "name" | "number" | "string" | "end";
  readonly text: string;
  readonly at: number;
}

const maxLength = 100_000;
const maxDepth = 64;
const tokenPattern =
  /(?<skip>[\s,\uFEFF]+|#[^\n\r]*)|(?<name>[A-Za-z_]\w*)|(?<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?<block>"""(?:[^"\\]|\\"""|\\|"(?!""))*""")|(?<string>"(?:[^"\\\n\r]|\\.)*")|(?<mark>\.\.\.|[!$&()[\]{}:=@|])/y;

/** @throws CloisterError `bad-request` with the position of what cannot be read */
export function parseDocument(text: string): Document {
  if (text.length > maxLength)
    throw new CloisterError("bad-request", `The query is longer than ${maxLength} characters.`, { field: "query" });
  return new Parser(tokenize(text)).document();
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    tokenPattern.lastIndex = at;
    const groups = tokenPattern.exec(text)?.groups;
    if (groups === undefined) throw unreadable(text.slice(at, at + 1), at);
    const { skip, name, number, block, string, mark } = groups;
    if (name !== undefined) tokens.push({ kind: "name", text: name, at });
    else if (number !== undefined) tokens.push({ kind: "number", text: number, at });
    else if (block !== undefined) tokens.push({ kind: "string", text: block.slice(3, -3).replaceAll('\\"""', '"""').trim(), at });
    else if (string !== undefined) tokens.push({ kind: "string", text: unquote(string, at), at });
    else if (mark !== undefined) tokens.push({ kind: "mark", text: mark, at });
    at += (skip ?? name ?? number ?? block ?? string ?? mark ?? "").length;
  }
  tokens.push({ kind: "end", text: "the end", at });
  return tokens;
}

// The escapes of a GraphQL string are JSON's.
function unquote(quoted: string, at: number): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    throw unreadable(quoted.slice(0, 40), at);
  }
}

function unreadable(found: string, at: number): CloisterError {
  return new CloisterError("bad-request", `Parse error on ${JSON.stringify(found)} at character ${at}.`, { field: "query" });
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  document(): Document {
    const operations: Operation[] = [];
    const fragments = new Map<string, Fragment>();
    while (this.#token.kind !== "end") {
      if (this.#isMark("{")) {
        operations.push({ kind: "query", name: undefined, defaults: new Map(), selections: this.#selections() });
        continue;
      }
      const keyword = this.#name();
      if (keyword === "fragment") {
        const name = this.#name();
        this.#word("on");
        const on = this.#name();
        this.#directives();
        fragments.set(name, { on, selections: this.#selections() });
      } else if (keyword === "query" || keyword === "mutation" || keyword === "subscription") operations.push(this.#operation(keyword));
      else throw unreadable(keyword, this.#token.at);
    }
    return { operations, fragments };
  }

  #operation(kind: Operation["kind"]): Operation {
    const name = this.#token.kind === "name" ? this.#name() : undefined;
    const defaults = new Map<string, Value>();
    if (this.#takeMark("(")) {
      while (!this.#takeMark(")")) {
        this.#mark("$");
        const variable = this.#name();
        this.#mark(":");
        this.#type();
        if (this.#takeMark("=")) defaults.set(variable, this.#value());
        this.#directives();
      }
    }
    this.#directives();
    return { kind, name, defaults, selections: this.#selections() };
  }

  // Types are read and dropped: a resolver checks what it is given.
  #type(): void {
    this.#within(() => {
      if (this.#takeMark("[")) {
        this.#type();
        this.#mark("]");
      } else this.#name();
      this.#takeMark("!");
    });
  }

  #selections(): Selection[] {
    return this.#within(() => {
      const selections: Selection[] = [];
      this.#mark("{");
      while (!this.#takeMark("}")) selections.push(this.#selection());
      return selections;
    });
  }

  #selection(): Selection {
    if (this.#takeMark("...")) {
      if (this.#token.kind === "name" && this.#token.text !== "on")
        return { kind: "spread", fragment: this.#name(), directives: this.#directives() };
      let on: string | undefined;
      if (this.#token.kind === "name") {
        this.#word("on");
        on = this.#name();
      }
      return { kind: "inline", on, directives: this.#directives(), selections: this.#selections() };
    }
    const first = this.#name();
    const name = this.#takeMark(":") ? this.#name() : first;
    const args = this.#args();
    const directives = this.#directives();
    return { kind: "field", name, alias: first, args, directives, selections: this.#isMark("{") ? this.#selections() : undefined };
  }

  #args(): Map<string, Value> {
    const args = new Map<string, Value>();
    if (!this.#takeMark("(")) return args;
    while (!this.#takeMark(")")) {
      const name = this.#name();
      this.#mark(":");
      args.set(name, this.#value());
    }
    return args;
  }

  #directives(): Directive[] {
    const directives: Directive[] = [];
    while (this.#takeMark("@")) directives.push({ name: this.#name(), args: this.#args() });
    return directives;
  }

  #value(): Value {
    return this.#within(() => {
      if (this.#takeMark("$")) return { kind: "variable", name: this.#name() };
      if (this.#takeMark("[")) {
        const items: Value[] = [];
        while (!this.#takeMark("]")) items.push(this.#value());
        return { kind: "list", items };
      }
      if (this.#takeMark("{")) {
        const members = new Map<string, Value>();
        while (!this.#takeMark("}")) {
          const name = this.#name();
          this.#mark(":");
          members.set(name, this.#value());
        }
        return { kind: "object", members };
      }
      const { kind, text, at } = this.#token;
      this.#at++;
      if (kind === "string") return { kind: "literal", value: text };
      if (kind === "number") return { kind: "literal", value: Number(text) };
      if (kind !== "name") throw unreadable(text, at);
      // Any other bare name is an enum's value.
      return { kind: "literal", value: text === "true" ? true : text === "false" ? false : text === "null" ? null : text };
    });
  }

  #within<T>(read: () => T): T {
    if (++this.#depth > maxDepth)
      throw new CloisterError("bad-request", `The query is nested deeper than ${maxDepth} levels.`, { field: "query" });
    const value = read();
    this.#depth--;
    return value;
  }

  get #token(): Token {
    const token = this.#tokens[Math.min(this.#at, this.#tokens.length - 1)];
    if (token === undefined) throw unreadable("the end", 0);
    return token;
  }

  #isMark(text: string): boolean {
    return this.#token.kind === "mark" && this.#token.text === text;
  }

  #takeMark(text: string): boolean {
    if (!this.#isMark(text)) return false;
    this.#at++;
    return true;
  }

  #mark(text: string): void {
    if (!this.#takeMark(text)) throw unreadable(this.#token.text, this.#token.at);
  }

  #name(): string {
    const token = this.#token;
    if (token.kind !== "name") throw unreadable(token.text, token.at);
    this.#at++;
    return token.text;
  }

  #word(text: string): void {
    const token = this.#token;
    if (this.#name() !== text) throw unreadable(token.text, token.at);
  }
}
