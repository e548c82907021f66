/** A grammar's state, one step at a time. */
export interface GrammarSteps {
  /** May this token come next? */
  allows(token: number): boolean;
  accept(token: number): void;
  copy(): GrammarSteps;
}

export interface Forced {
  /** What has to come next, whole characters. */
  readonly text: string;
  /** True when after it nothing but the end of the answer can come. */
  readonly complete: boolean;
}

/** Bounds one look ahead; what is longer is found at the next one. */
const furthest = 2048;

/**
 * The text that a grammar forces: as long as exactly one byte can come next, it is the answer's next byte whatever the model
 * thinks, so the model need not be asked for it. `bytes` holds the token of each byte, `ends` the tokens that end an answer.
 * The state itself is not changed.
 */
export function forcedText(state: GrammarSteps, bytes: readonly number[], ends: readonly number[]): Forced {
  const probe = state.copy();
  const forced: number[] = [];
  while (forced.length < furthest) {
    const next = onlyByte(probe, bytes);
    const mayEnd = ends.some((token) => probe.allows(token));
    if (next === "none") return { text: wholeText(forced), complete: mayEnd };
    if (next === "several" || mayEnd) break;
    forced.push(next);
    probe.accept(bytes[next] ?? -1);
  }
  return { text: wholeText(forced), complete: false };
}

function onlyByte(state: GrammarSteps, bytes: readonly number[]): number | "none" | "several" {
  let only: number | "none" = "none";
  for (let byte = 0; byte < bytes.length; byte++) {
    const token = bytes[byte] ?? -1;
    if (token < 0 || !state.allows(token)) continue;
    if (only !== "none") return "several";
    only = byte;
  }
  return only;
}

/** The bytes as text, without a character that is cut at either end: that one is left to the model. */
function wholeText(bytes: readonly number[]): string {
  if (bytes[0] !== undefined && bytes[0] >= 0x80 && bytes[0] < 0xc0) return "";
  return new TextDecoder().decode(Uint8Array.from(bytes), { stream: true });
}
