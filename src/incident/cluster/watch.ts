import type { RecordedObject } from "./recorded-object.ts";
import { representObject, type Showing } from "./represent.ts";

/**
 * A watch of a cluster in which nothing happens any more: the objects that are there (none where the client has listed them already), then silence, then
 * the end after `holdMs`. A live cluster would hold the watch for minutes; a recording ends it soon, so that a command which waits
 * for a change comes back and can be judged.
 */
export function watchStream(
  objects: readonly RecordedObject[],
  showing: Showing,
  holdMs: number,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let timer: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  return new ReadableStream({
    start(controller) {
      for (const object of objects)
        controller.enqueue(encoder.encode(`${JSON.stringify({ type: "ADDED", object: representObject(object, showing) })}\n`));
      stop = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
      };
      const end = () => {
        stop?.();
        controller.close();
      };
      timer = setTimeout(end, holdMs);
      signal.addEventListener("abort", end, { once: true });
      if (signal.aborted) end();
    },
    cancel() {
      stop?.();
    },
  });
}
