import { CloisterError } from "../error.ts";
import type { Answer } from "../messages/answer.ts";
import type { Call, Tool } from "../messages/conversation.ts";
import { holdCall, type HeldCall, type Settled } from "./calls/held-call.ts";
import { createOpeningFinder, type Opening } from "./calls/openings.ts";
import { createRepetitionWatch } from "./repetition.ts";
import { createThoughtSplitter, type Thoughtful } from "./thought.ts";

export type OutputEvent =
  | { readonly type: "text"; readonly text: string }
  /** A thought: withheld from the client. */
  | { readonly type: "thinking"; readonly text: string }
  /** `dropped`: further calls of the same answer, as far as they were seen. */
  | { readonly type: "call"; readonly call: Call; readonly dropped?: number };

/** Reads an answer as it comes, in pieces cut anywhere. */
export interface OutputParser {
  /** @throws CloisterError `invalid-call` for a call that is not valid */
  push(text: string): OutputEvent[];
  /**
   * The answer is over; `max-tokens`: its bound has cut it, so that a call that is not whole is not completed.
   *
   * @throws CloisterError `invalid-call` for a call that is not complete
   */
  end(reason?: "stop" | "max-tokens"): OutputEvent[];
}

export interface OutputOptions {
  /** What the answer may be: words hold no call, and where a call has to come a fenced block of shell lines is one. */
  readonly kind?: Answer["kind"] | undefined;
  /** The prompt has opened a thought. */
  readonly insideThought?: boolean | undefined;
}

/**
 * Words come out as early as possible; held back is only what may be the beginning of a call, and what turns out to be none is let out
 * unchanged. One call an answer: what follows it is dropped. A call counts in whatever form it is written, if it names an offered tool or has
 * the shape of exactly one; JSON and code that the model shows are words. One line feed before a call in our own spelling belongs to that spelling,
 * the rest of the words is exact, so that the turn renders to the bytes that the model wrote.
 *
 * An invalid call is `invalid-call`, not `internal`: nobody's input is wrong and the server is well, another sample may be right; the client
 * is told so in the form that it takes as "try again".
 */
export function createOutputParser(tools: readonly Tool[], options: OutputOptions = {}): OutputParser {
  const { kind = "anything" } = options;
  const thoughts = createThoughtSplitter(options.insideThought);
  const words = tools.length === 0 || kind === "words" || kind === "said" ? createPlainReader() : createCallReader(tools, kind);

  const read = (part: Thoughtful): OutputEvent[] =>
    part.type === "thinking" ? [{ type: "thinking", text: part.text }] : words.push(part.text);
  return {
    push: (text) => thoughts.push(text).flatMap(read),
    end: (reason) => [...thoughts.end().flatMap(read), ...words.end(reason)],
  };
}

/** Lets words out, but for blanks before the first one and half a character at the end. */
function createSpeaker(): { speak(text: string): OutputEvent[]; readonly spoken: boolean } {
  let spoken = false;
  return {
    speak(text) {
      if (text === "" || (!spoken && text.trim() === "")) return [];
      spoken = true;
      return [{ type: "text", text }];
    },
    get spoken() {
      return spoken;
    },
  };
}

function createPlainReader(): OutputParser {
  const speaker = createSpeaker();
  let held = "";
  return {
    push(text) {
      held += text;
      const safe = safeLength(held, held.length, speaker.spoken);
      const out = held.slice(0, safe);
      held = held.slice(safe);
      return speaker.speak(out);
    },
    end() {
      const out = held;
      held = "";
      return speaker.speak(out);
    },
  };
}

function createCallReader(tools: readonly Tool[], kind: Answer["kind"]): OutputParser {
  const speaker = createSpeaker();
  const finder = createOpeningFinder(tools, kind === "call" || kind === "forms");
  const repetition = createRepetitionWatch(patienceWithinCall);
  /** Words that are not let out yet. */
  let held = "";
  /** Up to here `held` is the tools' definitions said again: no words unless others come. */
  let echoed = 0;
  let call: HeldCall | undefined;
  let over = false;

  function readWords(text: string, ended?: "stop" | "max-tokens"): OutputEvent[] {
    held += text;
    const events: OutputEvent[] = [];
    for (;;) {
      const look = finder.look(held, ended !== undefined);
      if (!("found" in look)) {
        events.push(...letOut(ended !== undefined ? held.length : safeLength(held, look.safe, speaker.spoken)));
        return events;
      }
      const { found } = look;
      const beginning = held.slice(found.at);
      call = holdCall(found, tools, found.kind === "tag" || (!speaker.spoken && held.slice(echoed, found.at).trim() === ""));
      const settled = call.push(beginning) ?? (ended === undefined ? undefined : endCall(call, ended));
      if (settled === undefined) {
        events.push(...letOut(wordsBefore(found)));
        return events;
      }
      const out = settle(found, settled);
      events.push(...out);
      if (over) return events;
    }
  }

  /** What stands before an opening is words; the blanks next to it wait, they may be the call's. */
  function wordsBefore({ at, kind }: Opening): number {
    return kind === "tag" ? at - (held[at - 1] === "\n" ? 1 : 0) : held.slice(0, at).trimEnd().length;
  }

  function letOut(upTo: number): OutputEvent[] {
    if (upTo <= echoed || (echoed > 0 && upTo - echoed < longestAside && !speaker.spoken)) return [];
    const out = held.slice(0, upTo);
    held = held.slice(upTo);
    finder.drop(upTo);
    echoed = 0;
    return speaker.speak(out);
  }

  function settle(opening: Opening, { is, end }: Settled): OutputEvent[] {
    const names = is.kind === "nothing" ? namedTool(call?.text ?? "") : undefined;
    call = undefined;
    switch (is.kind) {
      case "call": {
        over = true;
        const before = speaker.speak(held.slice(echoed, Math.max(echoed, wordsBefore(opening))));
        held = "";
        return [...before, { type: "call", call: is.call, ...(is.more > 0 ? { dropped: is.more } : {}) }];
      }
      case "fault":
        over = true;
        throw invalid(is.fault);
      case "definition":
        if (
          !speaker.spoken &&
          held
            .slice(echoed, opening.at)
            .replace(/<\/?\w+>/g, "")
            .trim() === ""
        )
          echoed = opening.at + end;
        break;
      case "nothing":
        if (opening.kind === "tag") {
          over = true;
          throw invalid("The model opened a tool call and wrote none.");
        }
        if (names !== undefined) {
          over = true;
          throw invalid(`The model's call of ${names} cannot be read.`);
        }
    }
    finder.pass(opening, opening.at + end);
    return [];
  }

  /** The answer ends within what was held. */
  function endCall(ending: HeldCall, reason: "stop" | "max-tokens"): Settled {
    const settled = ending.end(reason === "max-tokens");
    const torn = { is: { kind: "nothing" }, end: 1 } as const;
    if (settled !== undefined && settled.is.kind !== "nothing") return settled;
    if (!speaker.spoken && definitionHead.test(ending.text)) return { is: { kind: "definition" }, end: ending.text.length };
    if (ending.opening.kind === "tag" || namedTool(ending.text) !== undefined) {
      over = true;
      throw invalid("The model's answer ended in the middle of a tool call.", "Allow it more tokens, or try again.");
    }
    return settled ?? torn;
  }

  /** The tool of `{"name": "Bash", "arguments": {"comm`: certainly a call, or what was meant as one. */
  function namedTool(text: string): string | undefined {
    const name = callHead.exec(text)?.[1]?.toLowerCase();
    return tools.find((tool) => tool.name.toLowerCase() === name)?.name;
  }

  return {
    push(text) {
      if (over) return [];
      if (call === undefined) return readWords(text);
      const looped = repetition.push(text);
      if (looped !== undefined) {
        over = true;
        throw invalid(`The model repeated itself within a tool call: ${looped}.`);
      }
      held += text;
      const settled = call.push(text);
      if (settled === undefined) return [];
      const { opening } = call;
      const offset = { ...opening, at: held.length - call.text.length };
      return [...settle({ ...offset, body: offset.at + opening.body - opening.at }, settled), ...(over ? [] : readWords(""))];
    },
    end(reason = "stop") {
      if (over) return [];
      const events: OutputEvent[] = [];
      if (call !== undefined) {
        const { opening, text } = call;
        const at = held.length - text.length;
        events.push(...settle({ ...opening, at, body: at + opening.body - opening.at }, endCall(call, reason)));
      }
      if (!over) events.push(...readWords("", reason));
      if (echoed > 0 && !over && !speaker.spoken) throw invalid("The model wrote the tools' definitions in place of a call.");
      over = true;
      return events;
    },
  };
}

const callHead =
  /^[^]{0,40}?["'](?:name|tool|tool_name|function)["']\s*:\s*["'](\w+)["']\s*,\s*["'](?:arguments|parameters|args|input)["']\s*:/;
const definitionHead = /["']type["']\s*:\s*["']function["'][^]*["'](?:description|parameters)["']\s*:/;
/** Arguments may well say the same many times: a file that is written is somebody's data. */
const patienceWithinCall = 4;
/** Words after the tools' definitions, in characters, from which on all of it is taken for words. */
const longestAside = 200;

/** How much of the first `upTo` characters can go out: blanks before the first word wait, line feeds before a possible call, half a character. */
function safeLength(text: string, upTo: number, spoken: boolean): number {
  const before = text.slice(0, upTo);
  if (!spoken && before.trim() === "") return 0;
  if (/[\uD800-\uDBFF]$/.test(before)) return upTo - 1;
  return upTo - (/\n\s*$/.exec(before)?.[0].length ?? 0);
}

function invalid(message: string, hint = "Try again: another sample may be right."): CloisterError {
  return new CloisterError("invalid-call", message, { hint });
}
