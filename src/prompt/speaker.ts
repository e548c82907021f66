import type { OutputEvent } from "./output.ts";

/** Lets words out, but for blanks before the first one. */
export interface Speaker {
  readonly spoken: boolean;
  speak(text: string): OutputEvent[];
  /** How much of the first `upTo` characters can go out: blanks before the first word wait, line feeds with what stands behind them, half a character. */
  safeLength(text: string, upTo: number): number;
}

export function createSpeaker(): Speaker {
  let spoken = false;
  return {
    get spoken() {
      return spoken;
    },
    speak(text) {
      if (text === "" || (!spoken && text.trim() === "")) return [];
      spoken = true;
      return [{ type: "text", text }];
    },
    safeLength(text, upTo) {
      const before = text.slice(0, upTo);
      if (!spoken && before.trim() === "") return 0;
      if (/[\uD800-\uDBFF]$/.test(before)) return upTo - 1;
      return upTo - (/\n\s*$/.exec(before)?.[0].length ?? 0);
    },
  };
}
