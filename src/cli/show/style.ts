/** Colours where the output is a terminal that wants them; plain text otherwise (`NO_COLOR`, `TERM=dumb`, a pipe). */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly green: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

const paint = (on: number, off: number) => (text: string) => `\u001B[${on}m${text}\u001B[${off}m`;
const plain = (text: string) => text;

const coloured: Style = {
  bold: paint(1, 22),
  dim: paint(2, 22),
  green: paint(32, 39),
  red: paint(31, 39),
  yellow: paint(33, 39),
  cyan: paint(36, 39),
};
const uncoloured: Style = { bold: plain, dim: plain, green: plain, red: plain, yellow: plain, cyan: plain };

export function chooseStyle(stream: { readonly isTTY?: boolean }, env: Readonly<Record<string, string | undefined>>): Style {
  const wanted = stream.isTTY === true && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
  return wanted || (env["FORCE_COLOR"] ?? "0") !== "0" ? coloured : uncoloured;
}

/** Control characters from outside must not reach the terminal; tabs and line feeds stay. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the characters meant
  return text.replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/g, "�");
}

export function seconds(ms: number): string {
  if (ms >= 60_000) return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)} s`;
  return `${(ms / 1000).toFixed(1)} s`;
}
