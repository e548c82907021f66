import { CloisterError } from "../error.ts";
import type { Call, JsonObject, Tool } from "../messages/conversation.ts";
import { findFault } from "./arguments.ts";
import { callOpening } from "./spelling.ts";

export type OutputEvent = { type: "text"; text: string } | { type: "call"; call: Call };

/** Reads an answer as it comes, in pieces cut anywhere. */
export interface OutputParser {
  /** @throws CloisterError `invalid-call` for a call that is not valid */
  push(text: string): OutputEvent[];
  /** The answer is over. @throws CloisterError `invalid-call` for a call that is not complete */
  end(): OutputEvent[];
}

/**
 * Words come out as early as possible; held back is only what may be the beginning of a call. One call an answer: what follows it
 * is dropped. One line feed before the call belongs to the call's spelling, the rest of the words is exact, so that the turn
 * renders to the bytes that the model wrote.
 *
 * An invalid call is `invalid-call`, not `internal`: nobody's input is wrong and the server is well, another sample may be right; the client
 * is told so in the form that it takes as "try again".
 */
export function createOutputParser(tools: readonly Tool[]): OutputParser {
  let state: "words" | "call" | "over" = "words";
  let held = "";
  let spoken = false;
  let json = createJsonScanner();

  const speak = (text: string): OutputEvent[] => {
    if (text === "" || (!spoken && text.trim() === "")) return [];
    spoken = true;
    return [{ type: "text", text }];
  };

  const readWords = (text: string): OutputEvent[] => {
    held += text;
    const opening = tools.length > 0 ? held.indexOf(callOpening) : -1;
    if (opening === -1) {
      const safe = held.length - heldBack(held, spoken, tools.length > 0);
      const words = held.slice(0, safe);
      held = held.slice(safe);
      return speak(words);
    }
    const words = speak(held.slice(0, opening).replace(/\n$/, ""));
    const rest = held.slice(opening + callOpening.length);
    held = "";
    state = "call";
    return [...words, ...readCall(rest)];
  };

  const readCall = (text: string): OutputEvent[] => {
    const whole = json.push(text);
    if (whole === undefined) return [];
    state = "over";
    return [{ type: "call", call: parseCall(whole, tools) }];
  };

  return {
    push(text) {
      if (state === "words") return readWords(text);
      return state === "call" ? readCall(text) : [];
    },
    end() {
      const last = state;
      state = "over";
      if (last === "call") throw invalid("The model's answer ended in the middle of a tool call.", "Allow it more tokens, or try again.");
      return last === "words" ? speak(held) : [];
    },
  };
}

/** How many characters at the end of `text` must wait: half a tag with the line feed before it, blanks before the first word, half a character. */
function heldBack(text: string, spoken: boolean, mayCall: boolean): number {
  if (!spoken && text.trim() === "") return text.length;
  if (/[\uD800-\uDBFF]$/.test(text)) return 1;
  if (!mayCall) return 0;
  for (let length = Math.min(callOpening.length - 1, text.length); length > 0; length--)
    if (callOpening.startsWith(text.slice(-length))) {
      const before = text.slice(0, -length);
      if (!spoken && before.trim() === "") return text.length;
      return length + (before.endsWith("\n") ? 1 : 0);
    }
  return text.endsWith("\n") ? 1 : 0;
}

/** Finds the end of the first JSON object; a closing tag inside a string is part of the string. */
function createJsonScanner(): { push(text: string): string | undefined } {
  let seen = "";
  let at = 0;
  let depth = 0;
  let inString = false;
  return {
    push(text) {
      seen += text;
      for (; at < seen.length; at++) {
        const character = seen[at];
        if (inString) {
          if (character === "\\") {
            if (at + 1 === seen.length) break;
            at++;
          } else if (character === '"') inString = false;
        } else if (character === '"' && depth > 0) inString = true;
        else if (character === "{" || character === "[") depth++;
        else if (character === "}" || character === "]") {
          depth--;
          if (depth <= 0) return seen.slice(0, at + 1);
        } else if (depth === 0 && character?.trim() !== "") return seen;
      }
      return undefined;
    },
  };
}

function parseCall(text: string, tools: readonly Tool[]): Call {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw invalid(`The model's tool call is not JSON (${error instanceof Error ? error.message : String(error)}).`);
  }
  const call = parsed as { name?: unknown; arguments?: unknown } | null;
  const tool = tools.find((tool) => tool.name === call?.name);
  if (tool === undefined)
    throw invalid(`The model called ${JSON.stringify(call?.name) ?? "nothing"}, which is not one of the tools offered.`);
  const input = call?.arguments;
  if (typeof input !== "object" || input === null || Array.isArray(input))
    throw invalid(`The model called ${tool.name} with arguments that are not an object.`);
  const fault = findFault(tool, input as JsonObject);
  if (fault !== undefined) throw invalid(`The model called ${tool.name} with arguments that do not fit its schema: ${fault}.`);
  return { id: "", name: tool.name, input: input as JsonObject };
}

function invalid(message: string, hint = "Try again: another sample may be right."): CloisterError {
  return new CloisterError("invalid-call", message, { hint });
}
