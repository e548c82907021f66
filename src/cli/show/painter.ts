/**
 * Lines that stay and one status line that is painted over, on a terminal; only the lines elsewhere. Whoever makes a painter calls
 * `close`, which takes the status line away.
 */
export interface Painter {
  line(text: string): void;
  status(text: string | undefined): void;
  close(): void;
}

export function createPainter(stream: NodeJS.WriteStream): Painter {
  if (stream.isTTY !== true) {
    return { line: (text) => void stream.write(`${text}\n`), status: () => {}, close: () => {} };
  }
  let shown = "";
  const clear = () => {
    if (shown !== "") stream.write("\r\u001B[2K");
    shown = "";
  };
  return {
    line: (text) => {
      const kept = shown;
      clear();
      stream.write(`${text}\n`);
      if (kept !== "") stream.write(kept);
      shown = kept;
    },
    status: (text) => {
      clear();
      shown = text === undefined ? "" : clip(text, (stream.columns ?? 80) - 1);
      stream.write(shown);
    },
    close: clear,
  };
}

/** Cut to a width in columns, escape sequences not counted. */
export function clip(text: string, width: number): string {
  let used = 0;
  let out = "";
  // oxlint-disable-next-line no-control-regex -- escape sequences begin with a control character
  for (const part of text.split(/(\u001B\[\d+m)/)) {
    if (part.startsWith("\u001B")) out += part;
    else {
      const characters = [...part].slice(0, Math.max(0, width - used));
      used += characters.length;
      out += characters.join("");
    }
  }
  return out;
}
