import type { JsonObject, JsonValue } from "../../messages/conversation.ts";

/** What was read, as far as the text goes. */
export interface LenientValue {
  readonly value: JsonValue;
  /** Index after the last character read. */
  readonly end: number;
  /** Every bracket was closed. Where not, the text ended between two values: only closing brackets are missing. */
  readonly closed: boolean;
}

const deepest = 64;
const quotes: Readonly<Record<string, string>> = { '"': '"', "'": "'", "`": "`", "“": "”" };
const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", '"': '"', "'": "'", "/": "/", "\\": "\\" };
/** Characters after a quote that decide whether it ends a string. */
const lookAhead = 400;
const memberNext = /^\s*,\s*(?:$|[}\]]|(?:"[^"\n]*"|'[^'\n]*'|[\w$-]+)\s*[:=]|["'][^"'\n]*$|[\w$-]+$|\/[/*]|#)/;
const elementNext = /^\s*,\s*(?:$|["'`[{}\]\d-]|True|False|None|true|false|null|\/[/*]|#)/;
const words: Readonly<Record<string, JsonValue>> = { true: true, True: true, false: false, False: false, null: null, None: null };

/**
 * Reads JSON as small models write it: single quotes, names without quotes, trailing commas, comments, Python's literals, line feeds and
 * unescaped quotes within strings, doubled braces, missing closing brackets. What is JSON is read as JSON. `undefined` for what is
 * neither, and for a text that ends within a string or a name: half a value is none.
 */
export function readLenientJson(text: string, from = 0): LenientValue | undefined {
  return readJson(text, from, false) ?? readJson(text, from, true);
}

/** `guessing`: a quote that cannot be a string's end is part of it. What can be read without that is not guessed at. */
function readJson(text: string, from: number, guessing: boolean): LenientValue | undefined {
  let at = from;
  /** The brackets that are open. */
  const open: ("{" | "[")[] = [];
  let closed = true;
  /** The text ends here, for this value. */
  let over = false;

  const failed = Symbol("failed");
  type Read<T = JsonValue> = T | typeof failed;

  function skip(): void {
    for (;;) {
      const gap = /(?:\s+|\/\/[^\n]*|#[^\n]*|\/\*[^]*?\*\/)/y;
      gap.lastIndex = at;
      const found = gap.exec(text);
      if (found === null) return;
      at += found[0].length;
    }
  }

  function skipCommas(): void {
    if (over) return;
    skip();
    while (text[at] === ",") {
      at++;
      skip();
    }
  }

  function readValue(): Read {
    skip();
    const character = text[at];
    if (character === undefined) return failed;
    if (character === "{") return readObject();
    if (character === "[") return readArray();
    if (quotes[character] !== undefined) return readString(false);
    return readBare();
  }

  /** A number, a literal, or one word without quotes. It must not reach the end of the text: more of it may be missing. */
  function readBare(): Read {
    const bare = /[\w.+/~-]+/y;
    bare.lastIndex = at;
    const word = bare.exec(text)?.[0];
    if (word === undefined || (at + word.length === text.length && open.length > 0)) return failed;
    at += word.length;
    const literal = words[word];
    if (literal !== undefined) return literal;
    return /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(word) ? Number(word) : word;
  }

  function readObject(): Read<JsonObject> {
    if (open.push("{") > deepest) return failed;
    at++;
    skip();
    if (text[at] === "{") return readDoubled();
    const members: [string, JsonValue][] = [];
    for (;;) {
      skipCommas();
      if (close("}")) break;
      const name = readName();
      if (name === failed) return failed;
      skip();
      if (text[at] !== ":" && text[at] !== "=") return failed;
      at++;
      const value = readValue();
      if (value === failed) return failed;
      members.push([name, value]);
      if (goesOn("}") === failed) return failed;
    }
    open.pop();
    return Object.fromEntries(members);
  }

  /** `{{…}}`, as a template that shows its own escapes teaches it. The second closing brace may be missing. */
  function readDoubled(): Read<JsonObject> {
    const inner = readObject();
    if (inner === failed) return failed;
    open.pop();
    if (!over) skip();
    if (!over && text[at] === "}") at++;
    return inner;
  }

  function readArray(): Read<JsonValue[]> {
    if (open.push("[") > deepest) return failed;
    at++;
    const elements: JsonValue[] = [];
    for (;;) {
      skipCommas();
      if (close("]")) break;
      const value = readValue();
      if (value === failed) return failed;
      elements.push(value);
      if (goesOn("]") === failed) return failed;
    }
    open.pop();
    return elements;
  }

  /** After a value stands a comma, the bracket, or the text's end: a fence, a tag or an empty line is one too. */
  function goesOn(bracket: string): Read<true> {
    const stops = /\s*?(?:\n[ \t]*\n|\s*(?:```|<\/))/y;
    stops.lastIndex = at;
    const before = at;
    skip();
    if (text[at] === "," || text[at] === bracket || at >= text.length) return true;
    if (!stops.test(text)) return failed;
    at = before;
    over = true;
    return true;
  }

  /** At the closing bracket, or where the text ends before it. */
  function close(bracket: string): boolean {
    if (over || at >= text.length) closed = false;
    else if (text[at] === bracket) at++;
    else return false;
    return true;
  }

  function readName(): Read<string> {
    if (quotes[text[at] ?? ""] !== undefined) return readString(true);
    const bare = /[\w$-]+/y;
    bare.lastIndex = at;
    const name = bare.exec(text)?.[0];
    if (name === undefined) return failed;
    at += name.length;
    return name;
  }

  function readString(isName: boolean): Read<string> {
    const opening = text[at] ?? "";
    if (text.startsWith(opening.repeat(3), at) && (opening === '"' || opening === "'")) {
      const end = text.indexOf(opening.repeat(3), at + 3);
      if (end === -1) return failed;
      const inside = text.slice(at + 3, end);
      at = end + 3;
      return inside;
    }
    const closing = quotes[opening] ?? opening;
    let value = "";
    /** A quote that was not escaped stands open within the string. */
    let inner = false;
    for (at++; at < text.length; at++) {
      const character = text[at] ?? "";
      if (character === "\\") {
        const next = text[at + 1];
        if (next === undefined) return failed;
        const code = next === "u" ? /^[\dA-Fa-f]{4}/.exec(text.slice(at + 2, at + 6))?.[0] : undefined;
        if (code !== undefined) value += String.fromCharCode(Number.parseInt(code, 16));
        // `\.` and `\$` are no escapes of JSON: the model meant the shell's or the expression's.
        else value += next === "\n" ? "\\\n" : (escapes[next] ?? `\\${next}`);
        at += code === undefined ? 1 : 5;
        continue;
      }
      if (character === closing && endsString(at + 1, isName)) {
        at++;
        return inner ? failed : value;
      }
      if (character === closing && !isApostrophe()) {
        // What is quoted within begins behind a gap; anything else is no string that could be told apart.
        if (!inner && !/[\s=([{:,|]/.test(text[at - 1] ?? "")) return failed;
        inner = !inner;
      }
      value += character;
    }
    return failed;
  }

  function isApostrophe(): boolean {
    return /\w/.test(text[at - 1] ?? "") && /\w/.test(text[at + 1] ?? "");
  }

  /** Does a quote before `next` end its string? One that is followed by what cannot follow a value is part of the text. */
  function endsString(next: number, isName: boolean): boolean {
    if (!guessing) return true;
    const after = text.slice(next, next + lookAhead);
    const follows = after.trimStart()[0];
    if (follows === undefined) return true;
    if (isName) return follows === ":" || follows === "=";
    switch (follows) {
      case ",":
        return (open.at(-1) === "{" ? memberNext : elementNext).test(after);
      case "}":
      case "]": {
        const closers = /^[\s}\]]*/.exec(after)?.[0] ?? "";
        const beyond = after[closers.length];
        if (beyond === undefined || beyond === "," || closers.includes("\n")) return true;
        // Behind the whole value anything may stand, but not without a gap.
        return closers.replace(/\s/g, "").length >= open.length && (/\s$/.test(closers) || beyond === "`" || beyond === "<");
      }
      case "/":
      case "#":
        return /^\s*(?:\/\/|\/\*|#)/.test(after);
      default:
        return open.length === 0;
    }
  }

  const value = readValue();
  return value === failed ? undefined : { value, end: at, closed };
}
