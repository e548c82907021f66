import type { Answer } from "../messages/answer.ts";
import type { Call, Tool } from "../messages/conversation.ts";
import { createCallReader } from "./calls/call-reader.ts";
import { createSpeaker } from "./speaker.ts";
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
   * The answer is over; `max-tokens`: its bound has cut it, and a call that is not whole is left out.
   *
   * @throws CloisterError `invalid-call` for a call that is not whole although nothing has cut it
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
  const words =
    tools.length === 0 || kind === "words" || kind === "said"
      ? createPlainReader()
      : createCallReader(tools, kind === "call" || kind === "forms");

  const read = (part: Thoughtful): OutputEvent[] =>
    part.type === "thinking" ? [{ type: "thinking", text: part.text }] : words.push(part.text);
  return {
    push: (text) => thoughts.push(text).flatMap(read),
    end: (reason) => [...thoughts.end().flatMap(read), ...words.end(reason)],
  };
}

function createPlainReader(): OutputParser {
  const speaker = createSpeaker();
  let held = "";
  return {
    push(text) {
      held += text;
      const safe = speaker.safeLength(held, held.length);
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
