import { unreachable } from "../../error.ts";
import type { Tool } from "../../messages/conversation.ts";
import { createBracketScanner } from "./brackets.ts";
import { readLenientJson } from "./lenient-json.ts";
import { readMarkup } from "./markup.ts";
import type { Opening } from "./openings.ts";
import { recognise, type Recognised } from "./recognise.ts";
import { readSignature } from "./signature.ts";
import { findShell } from "./tool-name.ts";

/** What was held is settled: `end` is the index behind it, in the text from the opening on. */
export interface Settled {
  readonly is: Recognised;
  readonly end: number;
}

/** Text from an opening on, until it is clear what it is. */
export interface HeldCall {
  readonly opening: Opening;
  readonly text: string;
  push(text: string): Settled | undefined;
  /** There is no more. Undefined where it is not whole; what the token bound has `cut` never is. */
  end(cut: boolean): Settled | undefined;
}

/** `demanded`: only a call can stand here, so that a name that is not offered is a fault. */
export function holdCall(opening: Opening, tools: readonly Tool[], demanded: boolean): HeldCall {
  const { kind } = opening;
  const inside = opening.body - opening.at;
  const brackets = createBracketScanner();
  const closing = closingOf(opening);
  let text = "";
  /** The text that the scanner has seen, and where the value's own brackets end. */
  let scanned = inside;
  let bracketed: boolean | undefined;
  let balanced: number | undefined;
  let searched = inside;

  /** Where the value's own brackets end. A bracket that was miscounted (a quote within a string) is found out by the reader. */
  function scan(): number | undefined {
    if (bracketed === undefined) {
      const start = inside + text.slice(inside).search(/\S|$/);
      if (start === text.length) return undefined;
      bracketed = kind === "signature" || "{[".includes(text[start] ?? "");
    }
    if (!bracketed || balanced !== undefined) return undefined;
    const found = brackets.push(text.slice(scanned));
    balanced = found === undefined ? undefined : inside + found;
    scanned = text.length;
    return balanced;
  }

  function read(until: number): Settled | undefined {
    const whole = text.slice(inside, until);
    switch (kind) {
      case "signature":
        return { is: readSignature(whole, tools), end: until };
      case "shell":
        return { is: shellCall(whole, tools), end: until };
      case "markup":
      case "tag":
        return { is: readTagged(whole, tools, demanded), end: until };
      case "json":
      case "fence": {
        const value = readLenientJson(whole);
        return value === undefined ? undefined : { is: recognise(value.value, tools, demanded), end: inside + value.end };
      }
      default:
        return unreachable(kind);
    }
  }

  return {
    opening,
    get text() {
      return text;
    },
    push(more) {
      text += more;
      const balancedAt = scan();
      if (balancedAt !== undefined) {
        const settled = read(balancedAt);
        // In a tag that is not ours the rest may say more: `<tool>Bash</tool>` and the like have no brackets at their beginning.
        if (settled !== undefined && (settled.is.kind !== "nothing" || kind === "json" || kind === "fence" || kind === "signature"))
          return settled;
      }
      if (closing === undefined || brackets.inString) return undefined;
      closing.lastIndex = Math.max(inside + brackets.outsideFrom, searched - longestClosing);
      searched = text.length;
      const close = closing.exec(text);
      if (close === null) return undefined;
      const behind = close.index + close[0].length;
      return read(kind === "markup" ? behind : close.index) ?? { is: { kind: "nothing" }, end: behind };
    },
    end: (cut) => (cut ? undefined : read(text.length)),
  };
}

const longestClosing = 40;

function closingOf({ kind, name }: Opening): RegExp | undefined {
  switch (kind) {
    case "tag":
      return /<\/tool_call>/g;
    case "markup":
      // The tag of the name alone closes early: its arguments come after it.
      return /^tool_name$|^tool$/i.test(name)
        ? /<\/(?:parameters|arguments|args|input|params|tool_call|tool_use)>|<\/tool>\s*\n[^<\s]/gi
        : new RegExp(`</${name}>|<${name}[^<>]*/>`, "gi");
    case "fence":
    case "shell":
      return /\n[ \t]*```/g;
    case "json":
    case "signature":
      return undefined;
    default:
      return unreachable(kind);
  }
}

/** What stands within tags: JSON, tags again, or code. */
function readTagged(text: string, tools: readonly Tool[], demanded: boolean): Recognised {
  const inner = text.replace(/^<\/?\|?[\w-]+\|?>\s*/, "");
  const start = inner.search(/\S/);
  if (start === -1) return { kind: "nothing" };
  for (const candidate of ["{[".includes(inner[start] ?? "") ? inner : "", /^\s*["']?\w+["']?\s*:/.test(inner) ? `{${inner}` : ""]) {
    const value = candidate === "" ? undefined : readLenientJson(candidate);
    const is: Recognised = value === undefined ? { kind: "nothing" } : recognise(value.value, tools, demanded);
    if (is.kind !== "nothing") return is;
  }
  const marked = readMarkup(text, tools, demanded);
  return marked.kind === "nothing" ? readSignature(inner, tools) : marked;
}

/** A block of shell lines, where the answer has to be a call: prompts before the lines go. */
function shellCall(block: string, tools: readonly Tool[]): Recognised {
  const shell = findShell(tools);
  const command = block
    .replace(/\n[ \t]*```[^]*$/, "")
    .replace(/^[ \t]*\$ /gm, "")
    .trim();
  if (shell === undefined || command === "") return { kind: "nothing" };
  return { kind: "call", call: { id: "", name: shell.name, input: { command } }, more: 0 };
}
