/** Text for the client, or a thought: which is withheld and counted. */
export interface Thoughtful {
  readonly type: "text" | "thinking";
  readonly text: string;
}

/** How models open and close a thought when they think all the same. A call or an answer's channel ends an open one. */
const tags: readonly { readonly open: string; readonly close: string }[] = [
  ...["think", "thinking", "thought", "thoughts", "reasoning", "reflection"].map((name) => ({ open: `<${name}>`, close: `</${name}>` })),
  { open: "[think]", close: "[/think]" },
  { open: "◁think▷", close: "◁/think▷" },
  { open: "<|channel|>analysis<|message|>", close: "<|end|>" },
];
/** Ends a thought that nobody closed. */
const callOpening = "<tool_call>";
/** What stands around an answer where thoughts have a channel of their own. */
const channelMarks = ["<|start|>assistant", "<|channel|>final<|message|>", "<|return|>"];

/**
 * Parts thoughts from words, in text that comes in pieces cut anywhere. A thought opens at the answer's beginning or at the beginning of a line
 * that is in no fence: a tag within a sentence is somebody speaking of tags. A thought that is never closed is a thought to the end.
 * `inside`: the prompt itself has opened one.
 */
export function createThoughtSplitter(inside = false): { push(text: string): Thoughtful[]; end(): Thoughtful[] } {
  let closing: readonly string[] | undefined = inside ? [...tags.map(({ close }) => close), callOpening] : undefined;
  let held = "";
  let atLineStart = true;
  let spoken = false;
  let fenced = false;
  /** Blanks after a thought belong to it. */
  let trimming = false;

  function push(text: string, ended: boolean): Thoughtful[] {
    held += text;
    const parts: Thoughtful[] = [];
    const give = (type: Thoughtful["type"], upTo: number): void => {
      const given = held.slice(0, upTo);
      held = held.slice(upTo);
      if (given !== "") parts.push({ type, text: given });
    };
    for (;;) {
      if (closing !== undefined) {
        const found = earliest(held, closing);
        if (found === undefined) {
          give("thinking", held.length - (ended ? 0 : partialEnd(held, closing)));
          return parts;
        }
        give("thinking", found.at);
        if (found.text !== callOpening) held = held.slice(found.text.length);
        closing = undefined;
        trimming = true;
        atLineStart = true;
      }
      if (trimming) {
        held = held.trimStart();
        if (held === "" && !ended) return parts;
        trimming = false;
      }
      const opening = findOpening(ended);
      if (opening.found === undefined) {
        give("text", opening.safe);
        return parts;
      }
      give("text", opening.safe);
      const { open, close } = opening.found;
      held = held.slice(open.length);
      if (close === "") trimming = true;
      else closing = [close, callOpening];
    }
  }

  /** The first opening in what is held, or how much of it can hold none. Walks line starts only. */
  function findOpening(ended: boolean): { safe: number; found?: { open: string; close: string } } {
    let at = 0;
    while (at < held.length) {
      if (atLineStart) {
        const start = at + (/^[ \t]*/.exec(held.slice(at))?.[0].length ?? 0);
        const rest = held.slice(start, start + longestTag).toLowerCase();
        if (rest.startsWith("```")) fenced = !fenced;
        else if (!fenced || rest === "") {
          const whole = openings(spoken).find(({ open }) => rest.startsWith(open));
          if (whole !== undefined) {
            // Blanks before an answer's first word are nobody's.
            if (!spoken) held = held.slice(start);
            return { safe: spoken ? start : 0, found: whole };
          }
          if (!ended && (rest === "" || "```".startsWith(rest) || openings(spoken).some(({ open }) => open.startsWith(rest)))) {
            atLineStart = true;
            return { safe: spoken ? at : 0 };
          }
        }
        if (rest === "" && !ended) return { safe: at };
        atLineStart = false;
      }
      const feed = held.indexOf("\n", at);
      const next = feed === -1 ? held.length : feed + 1;
      if (held.slice(at, next).trim() !== "") spoken = true;
      at = next;
      atLineStart = feed !== -1;
    }
    if (spoken || ended) return { safe: held.length };
    atLineStart = true;
    return { safe: 0 };
  }

  return { push: (text) => push(text, false), end: () => push("", true) };
}

/** At the answer's beginning a closing tag alone is dropped too, and so are the marks of channels. */
function openings(spoken: boolean): readonly { open: string; close: string }[] {
  return spoken ? tags : atBeginning;
}

const atBeginning = [
  ...tags,
  ...tags.map(({ close }) => ({ open: close, close: "" })),
  ...channelMarks.map((open) => ({ open, close: "" })),
];
const longestTag = Math.max(...atBeginning.map(({ open }) => open.length));

function earliest(text: string, wanted: readonly string[]): { at: number; text: string } | undefined {
  const low = text.toLowerCase();
  const found = wanted.map((each) => ({ at: low.indexOf(each), text: each })).filter(({ at }) => at >= 0);
  return found.sort((a, b) => a.at - b.at)[0];
}

/** How many characters at the end may be the beginning of one of these. */
function partialEnd(text: string, wanted: readonly string[]): number {
  const tail = text.slice(-longestTag).toLowerCase();
  for (let length = tail.length; length > 0; length--) if (wanted.some((each) => each.startsWith(tail.slice(-length)))) return length;
  return 0;
}
