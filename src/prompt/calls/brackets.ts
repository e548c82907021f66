/** Where the first value in brackets ends, in text that comes in pieces; a bracket within a string is part of the string. */
export interface BracketScanner {
  /** The index after the closing bracket, counted from the first piece's beginning; undefined until it is there. */
  push(text: string): number | undefined;
  readonly inString: boolean;
  /** The index behind the last string that was closed. */
  readonly outsideFrom: number;
}

const opening = "{[(";
const closing = "}])";

export function createBracketScanner(): BracketScanner {
  let length = 0;
  let depth = 0;
  let quote = "";
  let escaped = false;
  /** The last character that is no blank: a quote opens a string only where a value or a name may stand. */
  let before = "";
  let outsideFrom = 0;
  return {
    push(text) {
      for (let at = 0; at < text.length; at++) {
        const character = text[at] ?? "";
        length++;
        if (quote !== "") {
          if (escaped) escaped = false;
          else if (character === "\\") escaped = true;
          else if (character === quote) {
            quote = "";
            before = character;
            outsideFrom = length;
          }
          continue;
        }
        if (depth > 0 && (character === '"' || (character === "'" && "{[(,:=".includes(before)))) quote = character;
        else if (opening.includes(character)) depth++;
        else if (closing.includes(character) && --depth <= 0) return length;
        if (character.trim() !== "") before = character;
      }
      return undefined;
    },
    get inString() {
      return quote !== "";
    },
    get outsideFrom() {
      return outsideFrom;
    },
  };
}
