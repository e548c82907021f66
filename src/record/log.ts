import { closeSync, openSync, writeSync } from "node:fs";
import type { SessionEvent } from "./events.ts";

/**
 * The session's log: one JSON line an event, written as it happens, so that a crash loses at most the event in hand. Prefill
 * progress is left out: the turn that follows it has the figures.
 */
export function openLog(path: string): { write(event: SessionEvent): void; close(): void } {
  const file = openSync(path, "ax", 0o600);
  let open = true;
  return {
    write: (event) => {
      if (open && event.type !== "prefill") writeSync(file, `${JSON.stringify(event)}\n`);
    },
    close: () => {
      if (open) closeSync(file);
      open = false;
    },
  };
}
