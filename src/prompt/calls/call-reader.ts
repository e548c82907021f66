import { CloisterError } from "../../error.ts";
import type { Tool } from "../../messages/conversation.ts";
import type { OutputEvent, OutputParser } from "../output.ts";
import { createRepetitionWatch } from "../repetition.ts";
import { createSpeaker } from "../speaker.ts";
import { holdCall, type HeldCall, type Settled } from "./held-call.ts";
import { createOpeningFinder, type Opening } from "./openings.ts";

/** Arguments may well say the same many times: a file that is written is somebody's data. */
const patienceWithinCall = 4;
/** Words behind the tools' definitions, in characters, from which on all of it is taken for words. */
const longestAside = 200;
const onlyDefinitions = "The model wrote the tools' definitions in place of a call.";
/** The head of what was meant as a call, whole or not; its name. */
const callHead =
  /^[^]{0,40}?["'](?:name|tool|tool_name|function)["']\s*:\s*["']([^"'\n]{1,80})["']\s*,\s*["'](?:arguments|parameters|args|input)["']\s*:/;
/** The head of a tool's definition, whole or not. */
const definitionHead = /["']type["']\s*:\s*["']function["'][^]*["'](?:description|parameters)["']\s*:/;

/** Reads words that may hold a call, in whatever form; `demanded`: a call has to come, so that a fenced block of shell lines is one too. */
export function createCallReader(tools: readonly Tool[], demanded: boolean): OutputParser {
  const speaker = createSpeaker();
  const finder = createOpeningFinder(tools, demanded);
  const repetition = createRepetitionWatch(patienceWithinCall);
  /** Words that are not let out yet, and behind them the text of the call that is being read. */
  let held = "";
  /** Up to here `held` is the tools' definitions said again: no words unless others come. */
  let echoed = 0;
  let call: { readonly text: HeldCall; readonly opening: Opening; readonly first: boolean; at: number } | undefined;
  let over = false;

  function refuse(message: string, hint = "Try again: another sample may be right."): never {
    over = true;
    throw new CloisterError("invalid-call", message, { hint });
  }

  /** Goes on in words; `ended`: there is no more text. */
  function readWords(text: string, ended?: "stop" | "max-tokens"): OutputEvent[] {
    held += text;
    const events: OutputEvent[] = [];
    while (!over) {
      const look = finder.look(held, ended !== undefined);
      if (!("found" in look)) {
        events.push(...letOut(ended === undefined ? speaker.safeLength(held, look.safe) : held.length));
        break;
      }
      const opening = look.found;
      const first = !speaker.spoken && held.slice(echoed, opening.at).trim() === "";
      call = { text: holdCall(opening, tools, first || opening.kind === "tag"), opening, first, at: opening.at };
      const settled = call.text.push(held.slice(opening.at)) ?? (ended === undefined ? undefined : endCall(ended));
      if (settled === undefined) {
        events.push(...letOut(wordsBefore()));
        break;
      }
      events.push(...settle(settled));
    }
    return events;
  }

  /** What stands before a call is words. The blanks next to it are the call's; before our own spelling that is one line feed. */
  function wordsBefore(): number {
    if (call === undefined) return 0;
    if (call.opening.kind === "tag") return call.at - (held[call.at - 1] === "\n" ? 1 : 0);
    return held.slice(0, call.at).trimEnd().length;
  }

  function letOut(upTo: number): OutputEvent[] {
    if (upTo <= echoed || (echoed > 0 && upTo - echoed < longestAside)) return [];
    const words = held.slice(0, upTo);
    held = held.slice(upTo);
    finder.drop(upTo);
    if (call !== undefined) call.at -= upTo;
    echoed = 0;
    return speaker.speak(words);
  }

  function settle({ is, end }: Settled): OutputEvent[] {
    if (call === undefined) return [];
    const { at, opening, first, text } = call;
    const words = Math.max(echoed, wordsBefore());
    call = undefined;
    switch (is.kind) {
      case "call":
        over = true;
        return [...speaker.speak(held.slice(echoed, words)), { type: "call", call: is.call, ...(is.more > 0 ? { dropped: is.more } : {}) }];
      case "fault":
        return refuse(is.fault);
      case "definition":
        if (!speaker.spoken && isTags(held.slice(echoed, at))) {
          // Behind one definition a call may come; behind two come the others, and each is many tokens.
          if (echoed > 0) return refuse(onlyDefinitions);
          echoed = at + end;
        }
        break;
      case "nothing": {
        if (opening.kind === "tag") return refuse("The model opened a tool call and wrote none.");
        if (first && opening.name === "tool_response") return refuse("The model wrote a tool's result in place of a call.");
        const meant = meantTool(text.text, first);
        if (meant !== undefined) return refuse(`The model's call of ${meant} cannot be read.`);
      }
    }
    finder.pass({ ...opening, at, body: at + opening.body - opening.at }, at + end);
    return [];
  }

  /** The answer ends within what was held. Undefined where its bound has cut a call: nobody's fault, and no words either. */
  function endCall(reason: "stop" | "max-tokens"): Settled | undefined {
    if (call === undefined) return undefined;
    const { text, opening, first } = call;
    const settled = text.end(reason === "max-tokens");
    if (settled !== undefined && settled.is.kind !== "nothing") return settled;
    if (!speaker.spoken && definitionHead.test(text.text)) return { is: { kind: "definition" }, end: text.text.length };
    if (opening.kind === "tag" || (settled === undefined && meantTool(text.text, first) !== undefined)) {
      if (reason === "max-tokens") {
        over = true;
        return undefined;
      }
      return refuse("The model's answer ended in the middle of a tool call.", "Allow it more tokens, or try again.");
    }
    return settled ?? { is: { kind: "nothing" }, end: 1 };
  }

  /** The tool of `{"name": "Bash", "arguments": {"comm`. With words before it only an offered one is meant. */
  function meantTool(text: string, first: boolean): string | undefined {
    const name = callHead.exec(text)?.[1];
    if (name === undefined) return undefined;
    return tools.find((tool) => tool.name.toLowerCase() === name.toLowerCase())?.name ?? (first ? JSON.stringify(name) : undefined);
  }

  return {
    push(text) {
      if (over) return [];
      if (call === undefined) return readWords(text);
      const looped = repetition.push(text);
      if (looped !== undefined) return refuse(`The model repeated itself within a tool call: ${looped}.`);
      held += text;
      const settled = call.text.push(text);
      if (settled === undefined) return [];
      const events = settle(settled);
      return [...events, ...readWords("")];
    },
    end(reason = "stop") {
      if (over) return [];
      const settled = endCall(reason);
      const events: OutputEvent[] = settled === undefined ? [] : settle(settled);
      events.push(...readWords("", reason));
      if (echoed > 0 && !over) return refuse(onlyDefinitions);
      over = true;
      return events;
    },
  };
}

function isTags(text: string): boolean {
  return text.replace(/<\/?\w+>|```\w*/g, "").trim() === "";
}
