/**
 * A GBNF grammar in the making. An *expression* here is always one item that can stand in a sequence: a rule's name, a literal, a
 * class or a group.
 *
 * @see llama.cpp, grammars/README.md. What its parser refuses is avoided by construction: rule names are letters, digits and
 * hyphens; a bounded repetition stays far below 2000; nothing that may be empty is repeated without bound.
 */
export class Rules {
  readonly #bodies = new Map<string, string>();
  readonly #lastNumber = new Map<string, number>();
  readonly #shared = new Map<string, string>();

  /** The rule with this body; the same body is written once, whoever asks. */
  share(hint: string, body: string): string {
    const known = this.#shared.get(body);
    if (known !== undefined) return known;
    const name = this.reserve(hint);
    this.#shared.set(body, name);
    this.define(name, body);
    return name;
  }

  /** A name that nobody else has, for a rule that refers to itself; `define` must follow. */
  reserve(hint: string): string {
    const base =
      hint
        .replaceAll(/[^A-Za-z0-9]+/g, "-")
        .replaceAll(/^-+|-+$/g, "")
        .slice(0, 40) || "rule";
    let name = base;
    while (name === "root" || this.#bodies.has(name)) {
      const number = (this.#lastNumber.get(base) ?? 1) + 1;
      this.#lastNumber.set(base, number);
      name = `${base}-${number}`;
    }
    this.#bodies.set(name, "");
    return name;
  }

  define(name: string, body: string): void {
    this.#bodies.set(name, body);
  }

  /** The grammar's text, `root` first. */
  gbnf(root: string): string {
    const lines = [...this.#bodies].map(([name, body]) => `${name} ::= ${body}`);
    return [`root ::= ${root}`, ...lines, ""].join("\n");
  }
}

/** A text as a GBNF literal. */
export function literal(text: string): string {
  const escaped = text.replaceAll(/[\\"\n\r\t]|[^ -~]/gu, (character) => {
    const short = shortEscapes[character];
    return short ?? codePoint(character.codePointAt(0) ?? 0);
  });
  return `"${escaped}"`;
}

const shortEscapes: Record<string, string> = { "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** A code point as GBNF writes it, safe in literals and classes. */
export function codePoint(code: number): string {
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, "0").toUpperCase()}`;
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, "0").toUpperCase()}`;
  return `\\U${code.toString(16).padStart(8, "0").toUpperCase()}`;
}
