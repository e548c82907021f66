import { type Agent, type ClientRequest, type IncomingMessage, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { CloisterError } from "../../error.ts";
import type { ServerAddress } from "./address.ts";
import { connectionFailure, type ServerName, tookTooLong } from "./failures.ts";
import type { TimeLimits } from "./limits.ts";

export interface Exchange {
  readonly server: ServerName;
  readonly address: ServerAddress;
  readonly method: "GET" | "POST";
  /** Below the address's base path, from `/` on. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly limits: TimeLimits;
  readonly signal: AbortSignal | undefined;
  /** Absent: a connection of its own, closed at the end. */
  readonly agent: Agent | undefined;
}

export interface Reply {
  readonly status: number;
  readonly contentType: string;
  /** Read it to its end or break the loop; either ends the exchange. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Ends the exchange without reading the body. */
  discard(): void;
}

/**
 * Sends one request and waits for the head of its answer, whatever its status. Aborting `signal` closes the connection at any time: that
 * is how a server learns that nobody waits any more. Nothing is redirected: a status of 300 and more is an answer like any other.
 *
 * A connection that was kept open and that the server closed in the meantime is replaced by a fresh one, once: nothing had come back.
 *
 * @throws CloisterError `unreachable`, `timeout`, `engine-lost`, `cancelled`; the body throws the same
 */
export async function exchange(options: Exchange): Promise<Reply> {
  const first = await attempt(options);
  if (first !== "stale") return first;
  const second = await attempt({ ...options, agent: undefined });
  if (second === "stale") throw new CloisterError("internal", "A fresh connection cannot be a kept one.");
  return second;
}

async function attempt(options: Exchange): Promise<Reply | "stale"> {
  const { server, address, limits, signal } = options;
  if (signal?.aborted === true) throw cancelled(signal);
  const send = address.secure ? httpsRequest : httpRequest;
  const message = send({
    ...address.connection,
    method: options.method,
    path: `${address.basePath}${options.path}`,
    headers: {
      host: address.host,
      ...options.headers,
      ...(options.body === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(options.body) }),
    },
    agent: options.agent ?? false,
  });
  const watch = watchOver(message, options);
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      message.once("response", resolve);
      message.once("error", reject);
      message.once("socket", (socket) => {
        const connected = (): void => watch.expect("did not begin to answer", limits.firstByteMs);
        if (!socket.connecting) connected();
        else socket.once(address.secure ? "secureConnect" : "connect", connected);
      });
      message.end(options.body);
    });
    watch.rest();
    return {
      status: response.statusCode ?? 0,
      contentType: response.headers["content-type"] ?? "",
      body: readBody(response, message, watch, options),
      discard: () => message.destroy(),
    };
  } catch (error) {
    const reason = watch.reason();
    message.destroy();
    if (reason !== undefined) throw reason;
    const failure = connectionFailure(server, false, error);
    if (message.reusedSocket && failure.code === "engine-lost") return "stale";
    throw failure;
  }
}

async function* readBody(response: IncomingMessage, message: ClientRequest, watch: Watch, options: Exchange): AsyncGenerator<Uint8Array> {
  const { server, limits } = options;
  const pieces = response[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  let begun = false;
  try {
    for (;;) {
      watch.expect(begun ? "fell silent and sent nothing" : "did not begin to answer", begun ? limits.silenceMs : limits.firstByteMs);
      const piece = await pieces.next();
      watch.rest();
      const reason = watch.reason();
      if (reason !== undefined) throw reason;
      if (piece.done === true) return;
      begun = true;
      yield piece.value;
    }
  } catch (error) {
    if (error instanceof CloisterError) throw error;
    throw watch.reason() ?? connectionFailure(server, true, error);
  } finally {
    // After a whole answer this leaves a kept connection alone.
    if (!response.complete) message.destroy();
  }
}

interface Watch {
  /** Starts the clock for what is waited for now. */
  expect(what: string, milliseconds: number): void;
  /** Nothing is waited for. */
  rest(): void;
  /** Why the exchange was ended from our side, if it was. */
  reason(): CloisterError | undefined;
}

/** Ends the exchange when a limit runs out or the signal is aborted, and is gone with it. */
function watchOver(message: ClientRequest, { server, limits, signal }: Exchange): Watch {
  let reason: CloisterError | undefined;
  let waiting: NodeJS.Timeout | undefined;
  const stop = (error: CloisterError): void => {
    reason ??= error;
    message.destroy();
  };
  const abort = (): void => stop(cancelled(signal));
  const rest = (): void => clearTimeout(waiting);
  const expect = (what: string, milliseconds: number): void => {
    rest();
    waiting = setTimeout(() => stop(tookTooLong(server, what, milliseconds)), milliseconds);
  };
  const whole = setTimeout(() => stop(tookTooLong(server, "did not finish", limits.wholeMs)), limits.wholeMs);
  signal?.addEventListener("abort", abort, { once: true });
  message.once("close", () => {
    rest();
    clearTimeout(whole);
    signal?.removeEventListener("abort", abort);
  });
  expect("did not take a connection", limits.connectMs);
  return { expect, rest, reason: () => reason };
}

function cancelled(signal: AbortSignal | undefined): CloisterError {
  const { reason } = signal ?? {};
  if (reason instanceof CloisterError) return reason;
  return new CloisterError("cancelled", "The work was cancelled.", { cause: reason });
}
