import { CloisterError } from "../../error.ts";

/** Longer than any line of a well server: a whole answer with its tokens is a few megabytes at most. */
const longestLine = 16 * 2 ** 20;

/**
 * The lines of a body, however its bytes are cut into pieces, without their line ends (LF or CRLF). Bytes that are no UTF-8 come out as
 * U+FFFD. What follows the last line end is a line, too, unless it is empty.
 *
 * @throws CloisterError `engine-lost` for a line that does not end
 */
export async function* readLines(body: AsyncIterable<Uint8Array>, longest = longestLine): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let held: string[] = [];
  let heldLength = 0;
  for await (const piece of body) {
    const parts = decoder.decode(piece, { stream: true }).split("\n");
    const last = parts.pop() ?? "";
    for (const part of parts) {
      yield withoutReturn([...held, part].join(""));
      held = [];
      heldLength = 0;
    }
    held.push(last);
    heldLength += last.length;
    if (heldLength > longest) throw new CloisterError("engine-lost", `The server sent a line of more than ${longest} characters.`);
  }
  held.push(decoder.decode());
  const rest = withoutReturn(held.join(""));
  if (rest !== "") yield rest;
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
