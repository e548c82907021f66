import type { Tool } from "../../messages/conversation.ts";
import { callOpening } from "../spelling.ts";
import { propertiesOf } from "./fit-arguments.ts";
import { callMembers } from "./recognise.ts";

/** How a call may begin: in the tag of the templates, as bare JSON, in a fence, in other tags, as code. */
export type OpeningKind = "tag" | "json" | "fence" | "shell" | "markup" | "signature";

export interface Opening {
  readonly kind: OpeningKind;
  /** Where it begins, and where what it holds does. */
  readonly at: number;
  readonly body: number;
  /** Of markup: the tag's name. */
  readonly name: string;
}

/** An opening, or the index up to which there is none; what follows must wait for more text. */
export type Look = { readonly found: Opening } | { readonly safe: number };

/** Looks for openings in text that grows at its end and is cut off at its beginning. */
export interface OpeningFinder {
  look(text: string, ended: boolean): Look;
  /** What began there is no call after all; it ends before `end`. */
  pass(opening: Opening, end: number): void;
  /** The first characters of the text are gone. */
  drop(count: number): void;
}

/** Tags in which models write calls; the offered tools' own names are others. */
const tagNames = [
  "tool_call",
  "tool_calls",
  "toolcall",
  "function_call",
  "function_calls",
  "function",
  "invoke",
  "call",
  "calls",
  "tool",
  "tools",
  "tool_use",
  "tool_name",
  "tool_response",
];
const longestTag = 200;
const shells = /^(?:bash|sh|shell|zsh|console)$/i;

/** `shellBlocks`: a fenced block of shell lines is an opening too. */
export function createOpeningFinder(tools: readonly Tool[], shellBlocks: boolean): OpeningFinder {
  const names = tools.map(({ name }) => name.toLowerCase());
  const tags = [...tagNames, ...names];
  const members = new Set([...callMembers, ...names, ...tools.flatMap((tool) => Object.keys(propertiesOf(tool) ?? {}))]);
  let cursor = 0;
  let atLineStart = true;
  let fenced = false;

  type Check = Omit<Opening, "at"> | "wait" | "no";

  /** What may begin at `at`, outside of fences. */
  function check(text: string, at: number, lineStart: boolean, ended: boolean): Check {
    const character = text[at];
    if (character === "<") return checkTag(text, at, ended);
    if (character === "{" || (character === "[" && lineStart)) return checkJson(text, at, ended);
    return lineStart && character !== undefined && /[A-Za-z]/.test(character) ? checkSignature(text, at, ended) : "no";
  }

  function checkTag(text: string, at: number, ended: boolean): Check {
    const head = text.slice(at, at + 48);
    if (head.startsWith(callOpening)) return { kind: "tag", body: at + callOpening.length, name: "tool_call" };
    const [whole = "", name = ""] = /^<\|?([A-Za-z_][\w-]*)?/.exec(head) ?? [];
    const low = name.toLowerCase();
    if (whole.length === text.length - at && !ended) return name === "" || tags.some((tag) => tag.startsWith(low)) ? "wait" : "no";
    if (!tags.includes(low)) return "no";
    const tag = /^(?:[\s=|/][^<>\n]*|\|)?>/.exec(text.slice(at + whole.length, at + whole.length + longestTag));
    if (tag !== null) return { kind: "markup", body: at, name };
    const partial = /^[\s=|/][^<>\n]*$/.test(text.slice(at + whole.length)) && text.length - at < longestTag;
    return partial && !ended ? "wait" : "no";
  }

  /** An object whose first name is one that calls begin with. */
  function checkJson(text: string, at: number, ended: boolean): Check {
    const head = text.slice(at, at + 200);
    const found = /^\[?\s*\{[\s{]*["'“`]?([\w-]*)["'”`]?\s*[:=]/.exec(head);
    if (found !== null) return members.has((found[1] ?? "").toLowerCase()) ? { kind: "json", body: at, name: "" } : "no";
    return !ended && /^\[?\s*(?:\{[\s{]*["'“`]?[\w-]*["'”`]?\s*)?$/.test(head) ? "wait" : "no";
  }

  function checkSignature(text: string, at: number, ended: boolean): Check {
    const head = text.slice(at, at + 80);
    const [whole = "", name = ""] = /^(\w+)\s*/.exec(head) ?? [];
    const low = name.toLowerCase();
    if (whole.length === text.length - at && !ended) {
      const partial = whole === name ? names.some((each) => each.startsWith(low)) : names.includes(low);
      return partial ? "wait" : "no";
    }
    return names.includes(low) && head[whole.length] === "(" ? { kind: "signature", body: at, name } : "no";
  }

  /** A fence whose block begins as a call does is an opening; any other one changes what the lines after it are. */
  function checkFence(text: string, at: number, ended: boolean): Check | { readonly behind: number } {
    const rest = text.slice(at, at + 40);
    const [head, language = ""] = /^```([\w+.#-]*)[ \t]*/.exec(rest) ?? [];
    if (head === undefined) return "```".startsWith(rest) && !ended ? "wait" : "no";
    const behind = at + head.length;
    if (behind === text.length && !ended) return "wait";
    if (fenced) return { behind };
    if (shellBlocks && shells.test(language)) return { kind: "shell", body: behind, name: language };
    const body = behind + text.slice(behind).search(/\S|$/);
    if (body === text.length) return ended ? { behind } : "wait";
    const inside = check(text, body, true, ended);
    if (inside === "no") return text[behind] === "\n" ? { behind } : "no";
    return inside !== "wait" && inside.kind === "json" ? { ...inside, kind: "fence" } : inside;
  }

  return {
    look(text, ended) {
      for (; cursor < text.length; cursor++) {
        const character = text[cursor];
        if (character === "\n") {
          atLineStart = true;
          continue;
        }
        if (atLineStart && (character === " " || character === "\t")) continue;
        if (atLineStart && character === "`") {
          const fence = checkFence(text, cursor, ended);
          if (fence === "wait") return { safe: cursor };
          if (fence !== "no" && !("behind" in fence)) return { found: { at: cursor, ...fence } };
          atLineStart = false;
          if (fence !== "no") {
            fenced = !fenced;
            cursor = fence.behind - 1;
          }
          continue;
        }
        const opening =
          fenced && !text.startsWith(callOpening.slice(0, text.length - cursor), cursor) ? "no" : check(text, cursor, atLineStart, ended);
        if (opening === "wait") return { safe: cursor };
        if (opening !== "no") return { found: { at: cursor, ...opening } };
        atLineStart = false;
      }
      return { safe: text.length };
    },
    pass({ at, kind, body }, end) {
      fenced = kind === "fence" || kind === "shell" || (fenced && kind !== "tag");
      cursor = Math.max(end, kind === "fence" || kind === "shell" ? body : at + 1);
      atLineStart = false;
    },
    drop(count) {
      cursor = Math.max(0, cursor - count);
    },
  };
}
