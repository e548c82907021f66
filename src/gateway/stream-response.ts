import { asCloisterError } from "../error.ts";
import { errorBody } from "../messages/error-body.ts";
import { encodeEvent, type StreamEvent } from "../messages/stream.ts";
import type { GatewayLimits } from "./options.ts";

/**
 * Streams an answer as server-sent events: `start` at once, then `events` as they come, a `ping` whenever nothing else was
 * sent for `pingMs`. The headers wait for the first event, at most `headersMs`: a failure until then is thrown, and goes out as an HTTP
 * status; after that it is an `error` event, the last one. When the reader goes away `hungUp` is aborted and the events are
 * returned, which is what lets the next turn in.
 */
export async function streamResponse(
  start: StreamEvent,
  events: AsyncGenerator<StreamEvent>,
  requestId: string,
  limits: Pick<GatewayLimits, "pingMs" | "headersMs">,
  hungUp: AbortController,
): Promise<Response> {
  const first = events.next();
  await within(first, limits.headersMs);
  const frames = pullFrames(start, events, first, requestId, limits.pingMs);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await frames.next();
        if (done === true) controller.close();
        else controller.enqueue(encoder.encode(encodeEvent(value)));
      },
      async cancel() {
        hungUp.abort();
        await frames.return(undefined);
        // A generator that was never asked does not run its `finally`, so the events are returned here too.
        await events.return(undefined);
      },
    },
    // Nothing is made ahead of the reader: what it has not asked for when it hangs up was never computed.
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache",
      "x-accel-buffering": "no",
      "request-id": requestId,
    },
  });
}

async function* pullFrames(
  start: StreamEvent,
  events: AsyncGenerator<StreamEvent>,
  first: Promise<IteratorResult<StreamEvent>>,
  requestId: string,
  pingMs: number,
): AsyncGenerator<StreamEvent, undefined> {
  let next = first;
  try {
    yield start;
    for (;;) {
      const settled = await within(next, pingMs);
      if (settled === undefined) {
        yield { type: "ping" };
        continue;
      }
      if (settled.done === true) return;
      yield settled.value;
      next = events.next();
    }
  } catch (thrown) {
    yield errorBody(asCloisterError(thrown), requestId);
  } finally {
    // The reader may have gone while an event was on its way; its failure is told by the turn itself.
    next.catch(() => undefined);
    await events.return(undefined);
  }
}

/** What the promise comes to, or undefined when it takes longer than `ms`. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
