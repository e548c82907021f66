import { redactText, type Reason, type Redactor } from "./redact-text.ts";
import { redacted } from "./secret-values.ts";

export interface RedactedLog {
  readonly lines: readonly string[];
  /** In how many lines something was taken out, by reason. */
  readonly counts: ReadonlyMap<Reason, number>;
}

/**
 * The lines of a log, each with its time stamp, without what is secret in them. A private key that was printed is spread over lines: all
 * between its first and its last go, and where the log was cut in its middle all that can be of it.
 */
export function redactLog(lines: readonly string[], redactor: Redactor): RedactedLog {
  const counts = new Map<Reason, number>();
  const count = (why: Reason) => counts.set(why, (counts.get(why) ?? 0) + 1);
  let inKey = false;
  const clean = lines.map((line) => {
    const space = line.indexOf(" ");
    const stamp = space === -1 ? line : line.slice(0, space + 1);
    const said = space === -1 ? "" : line.slice(space + 1);
    if (inKey) {
      const ends = /-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/.test(said);
      if (ends || isKeyLine(said)) {
        inKey = !ends;
        count("private key");
        return `${stamp}${redacted}`;
      }
      inKey = false;
    }
    const begins = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/.test(said);
    inKey = begins && !/-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/.test(said);
    const { text, reasons } = redactText(said, redactor);
    for (const why of reasons) count(why);
    return `${stamp}${text}`;
  });
  return { lines: clean, counts };
}

/** A line of base64, or a header of an armoured key. */
function isKeyLine(text: string): boolean {
  return /^\s*(?:[A-Za-z0-9+/=]{1,200}|(?:Proc-Type|DEK-Info|Version|Comment): .*)?\s*$/.test(text);
}
