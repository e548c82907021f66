export interface StopText {
  /** The text that may be shown, and whether a stop text was met: nothing from it on is shown. */
  push(text: string): { readonly text: string; readonly stopped: boolean };
  /** What was held back because it looked like the beginning of a stop text. */
  end(): string;
}

/** Cuts a stream of text at the first of `stops`, which may be spread over several pieces. */
export function createStopText(stops: readonly string[]): StopText {
  const wanted = stops.filter((stop) => stop !== "");
  let held = "";
  return {
    push(text) {
      held += text;
      const at = earliest(held, wanted);
      if (at !== undefined) {
        const shown = held.slice(0, at);
        held = "";
        return { text: shown, stopped: true };
      }
      const keep = longestBeginning(held, wanted);
      const shown = held.slice(0, held.length - keep);
      held = held.slice(held.length - keep);
      return { text: shown, stopped: false };
    },
    end() {
      const rest = held;
      held = "";
      return rest;
    },
  };
}

function earliest(text: string, stops: readonly string[]): number | undefined {
  const found = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
  return found.length === 0 ? undefined : Math.min(...found);
}

/** Length of the longest end of `text` that begins one of `stops`. */
function longestBeginning(text: string, stops: readonly string[]): number {
  let longest = 0;
  for (const stop of stops) {
    for (let length = Math.min(stop.length - 1, text.length); length > longest; length--) {
      if (text.endsWith(stop.slice(0, length))) {
        longest = length;
        break;
      }
    }
  }
  return longest;
}
