import type { ServerResponse } from "node:http";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { LinkedAbort } from "../abort.ts";
import { asCloisterError } from "../error.ts";
import { errorBody } from "../messages/error-body.ts";
import { encodeEvent, type StreamEvent } from "../messages/stream.ts";
import type { GatewayLimits } from "./options.ts";
import { within } from "./within.ts";

/** Characters: what is ready at once goes out in one write, up to this. */
const writeLimit = 16_384;

export interface StreamedAnswer {
  readonly start: StreamEvent;
  readonly events: AsyncGenerator<StreamEvent>;
  readonly requestId: string;
  readonly limits: Pick<GatewayLimits, "pingMs" | "headersMs">;
  readonly work: LinkedAbort;
  /** Where Node's HTTP server waits for the answer; without it the answer is a stream of the Web's, which takes 0.2 ms more. */
  readonly outgoing?: ServerResponse | undefined;
}

/**
 * Streams an answer as server-sent events: `start` at once, then `events` as they come, a `ping` whenever nothing else was
 * sent for `pingMs`. Events that are ready together share a write: a write of its own for each costs more than making it. The headers
 * wait for the first event, at most `headersMs`: a failure until then is thrown, and goes out as an HTTP
 * status; after that it is an `error` event, the last one. When the reader goes away `work` is aborted and the events are
 * returned, which is what lets the next turn in. However it ends, `work` is released.
 */
export async function streamResponse(answer: StreamedAnswer): Promise<Response> {
  const { start, events, requestId, limits, work, outgoing } = answer;
  const first = events.next();
  try {
    await within(first, limits.headersMs);
  } catch (thrown) {
    work.release();
    throw thrown;
  }
  const writes = joinReady(start, events, first, requestId, limits.pingMs);
  const headers = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    "x-accel-buffering": "no",
    "request-id": requestId,
  };
  if (outgoing === undefined) return new Response(webStream(writes, events, work), { headers });
  outgoing.writeHead(200, headers);
  void writeAll(writes, events, work, outgoing);
  return RESPONSE_ALREADY_SENT;
}

/** Nothing is made far ahead of the reader: when it hangs up, at most a write and an event were computed for nobody. */
async function writeAll(
  writes: AsyncGenerator<string>,
  events: AsyncGenerator<StreamEvent>,
  work: LinkedAbort,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = (): void => work.abort();
  outgoing.once("close", gone).on("error", gone);
  try {
    for await (const text of writes) {
      if (outgoing.destroyed) break;
      if (!outgoing.write(text)) await drained(outgoing);
    }
    outgoing.off("close", gone);
    outgoing.end();
  } catch {
    // `writes` tells every failure as an event; what is left is one of the socket's, and nobody is there any more.
    outgoing.destroy();
  } finally {
    work.release();
    // A generator that was never asked does not run its `finally`, so the events are returned here too.
    await events.return(undefined);
  }
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      outgoing.off("drain", go).off("close", go);
      resolve();
    };
    outgoing.once("drain", go).once("close", go);
  });
}

function webStream(writes: AsyncGenerator<string>, events: AsyncGenerator<StreamEvent>, work: LinkedAbort): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await writes.next();
        if (done !== true) return controller.enqueue(encoder.encode(value));
        work.release();
        controller.close();
      },
      async cancel() {
        work.abort();
        work.release();
        await writes.return(undefined);
        await events.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

/** What to write, one text after the other: the events that are there within one turn of Node's event loop. */
async function* joinReady(
  start: StreamEvent,
  events: AsyncGenerator<StreamEvent>,
  first: Promise<IteratorResult<StreamEvent>>,
  requestId: string,
  pingMs: number,
): AsyncGenerator<string, undefined> {
  let next = first;
  let text = encodeEvent(start);
  try {
    for (;;) {
      const turn = thisTurn();
      while (text.length < writeLimit) {
        const settled = await turn.ready(next);
        if (settled === undefined) break;
        if (settled.done === true) {
          if (text !== "") yield text;
          return;
        }
        text += encodeEvent(settled.value);
        next = events.next();
      }
      yield text;
      text = "";
      if ((await within(next, pingMs)) === undefined) text = encodeEvent({ type: "ping" });
    }
  } catch (thrown) {
    yield text + encodeEvent(errorBody(asCloisterError(thrown), requestId));
  } finally {
    // The reader may have gone while an event was on its way; its failure is told by the turn itself.
    next.catch(() => undefined);
    await events.return(undefined);
  }
}

/** Asks for what is there before this turn of Node's event loop is over; undefined is what is not. A race of promises for each event would cost twice as much. */
function thisTurn(): { ready<T>(promise: Promise<T>): Promise<T | undefined> } {
  let isOver = false;
  let giveUp = (): void => undefined;
  setImmediate(() => {
    isOver = true;
    giveUp();
  });
  return {
    ready: (promise) =>
      new Promise((resolve, reject) => {
        giveUp = () => resolve(undefined);
        if (isOver) giveUp();
        promise.then(resolve, reject);
      }),
  };
}
