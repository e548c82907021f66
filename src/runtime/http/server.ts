/**
 * How every runtime behind a server talks to it:
 *
 *     const server = createServer({ url, kind: "Ollama", startHint: "ollama serve", apiKey });
 *     await server.ask({ path: "/api/version" }, z.object({ version: z.string() }));     // GET; a body makes it a POST
 *     await server.find({ path: "/slots" }, schema);                                     // undefined where it has no such route
 *     for await (const line of server.lines({ path: "/api/chat", body, signal })) …      // NDJSON, each line already JSON
 *     for await (const event of server.events({ path: "/completion", body, signal })) …  // server-sent events
 *     server.close();
 *
 * Breaking a loop or aborting its signal closes the connection. Whether a stream came to its end is the caller's to judge, by what the
 * dialect ends with; `server.lost("stopped in the middle of its answer")` is the error for one that did not.
 */
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { z } from "zod";
import { CloisterError } from "../../error.ts";
import { parseServerAddress } from "./address.ts";
import { exchange, type Reply } from "./exchange.ts";
import { boundedMessage, looksLikeHtml, lost, notOneOf, type Refusal, refusalError, refusalMessage, type ServerName } from "./failures.ts";
import { questionLimits, type TimeLimits, turnLimits } from "./limits.ts";
import { readLines } from "./read-lines.ts";
import { readServerEvents, type ServerEvent } from "./read-server-events.ts";

export interface ServerOptions {
  /** `http://host:port/base`, `https://…`, `unix:/path`. */
  readonly url: string;
  /** What should be there, for messages: `llama-server`. */
  readonly kind: string;
  /** What to do where it is not there, in one line. */
  readonly startHint: string;
  /** Sent as `Authorization: Bearer …`; never shown, also not where the server repeats it. */
  readonly apiKey?: string | undefined;
  /** Limits of questions and of turns, where others than the usual ones are wanted. */
  readonly limits?: { readonly question?: Partial<TimeLimits> | undefined; readonly turn?: Partial<TimeLimits> | undefined } | undefined;
}

export interface ServerRequest {
  /** From `/` on, below the URL's own path. */
  readonly path: string;
  /** Sent as JSON by POST; absent: GET. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Where this request's differ from the usual ones: a question that makes the model work. */
  readonly limits?: Partial<TimeLimits> | undefined;
  /**
   * A refusal that means something to the runtime, as its error (`prompt-too-long`); undefined leaves it to the usual map from
   * status to code.
   */
  readonly explain?: ((refusal: Refusal) => CloisterError | undefined) | undefined;
}

export interface Server extends ServerName {
  /** A question with a JSON answer. Throws `unreachable`, `timeout`, `engine-lost`, `overloaded`, `bad-request`, `cancelled`. */
  ask<T>(request: ServerRequest, schema: z.ZodType<T>): Promise<T>;
  /** The same for what a server may not have: undefined for 404, 405 and 501, and for an answer that does not fit. */
  find<T>(request: ServerRequest, schema: z.ZodType<T>): Promise<T | undefined>;
  /** A turn, as newline-delimited JSON; empty lines are left out. A line that is no JSON throws `engine-lost`. */
  lines(request: ServerRequest): AsyncGenerator<unknown, void>;
  /** A turn, as server-sent events. */
  events(request: ServerRequest): AsyncGenerator<ServerEvent, void>;
  /** `engine-lost`, in this server's name: "stopped in the middle of its answer". */
  lost(what: string, cause?: unknown): CloisterError;
  /** A failure that the server reported in the middle of a stream; its words are bounded, and a key in them is blanked. */
  failure(status: number, message: string): CloisterError;
  /** Closes the connections that were kept open. */
  close(): void;
}

/** An answer to a question is read whole up to here: the tokens of a long prompt are the longest. */
const longestAnswer = 64 * 2 ** 20;
const longestRefusal = 64 * 2 ** 10;
/** Kept connections are few, and idle ones are closed before most servers close them. */
const keepAlive = { keepAlive: true, maxFreeSockets: 4, timeout: 4_000, scheduling: "lifo" } as const;

/** @throws CloisterError `usage` for a bad address or a key that cannot be sent */
export function createServer(options: ServerOptions): Server {
  const address = parseServerAddress(options.url);
  const name: ServerName = { kind: options.kind, shown: address.shown, startHint: options.startHint };
  const { apiKey } = options;
  if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey))
    throw new CloisterError("usage", `The key for the ${name.kind} holds a character that no header can carry.`);
  const agent = address.secure ? new HttpsAgent(keepAlive) : new HttpAgent(keepAlive);
  const questions = { ...questionLimits, ...options.limits?.question };
  const turns = { ...turnLimits, ...options.limits?.turn };

  const withoutKey = (text: string): string => (apiKey === undefined ? text : text.replaceAll(apiKey, "[key]"));
  const failure = (status: number, message: string): CloisterError =>
    refusalError(name, { status, message: boundedMessage(withoutKey(message)) });

  const send = (request: ServerRequest, limits: TimeLimits, accept: string, kept: HttpAgent | undefined): Promise<Reply> =>
    exchange({
      server: name,
      address,
      method: request.body === undefined ? "GET" : "POST",
      path: request.path,
      headers: { accept, ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }) },
      body: request.body === undefined ? undefined : JSON.stringify(request.body),
      limits: { ...limits, ...request.limits },
      signal: request.signal,
      agent: kept,
    });

  async function refusalOf(reply: Reply): Promise<Refusal | undefined> {
    if (reply.status >= 200 && reply.status < 300) return undefined;
    const text = await readText(reply.body, longestRefusal, "cut");
    return { status: reply.status, message: boundedMessage(withoutKey(refusalMessage(text ?? ""))) };
  }

  /** The answer's text, or the refusal. */
  async function question(request: ServerRequest): Promise<string | Refusal> {
    const reply = await send(request, questions, "application/json", agent);
    const refusal = await refusalOf(reply);
    if (refusal !== undefined) return refusal;
    const text = await readText(reply.body, longestAnswer, "refuse");
    if (text === undefined) throw notOneOf(name, `its answer to ${request.path} is longer than ${longestAnswer} bytes`);
    if (reply.contentType.startsWith("text/html") || looksLikeHtml(text)) throw notOneOf(name, "it sent a web page");
    return text;
  }

  const explained = (request: ServerRequest, refusal: Refusal): CloisterError => request.explain?.(refusal) ?? refusalError(name, refusal);

  async function* turn<T>(
    request: ServerRequest,
    accept: string,
    read: (body: AsyncIterable<Uint8Array>) => AsyncGenerator<T>,
  ): AsyncGenerator<T, void> {
    const reply = await send(request, turns, accept, undefined);
    try {
      const refusal = await refusalOf(reply);
      if (refusal !== undefined) throw explained(request, refusal);
      if (reply.contentType.startsWith("text/html")) throw notOneOf(name, "it sent a web page");
      yield* read(reply.body);
    } finally {
      reply.discard();
    }
  }

  return {
    ...name,
    async ask(request, schema) {
      const answer = await question(request);
      if (typeof answer !== "string") throw explained(request, answer);
      const checked = schema.safeParse(parseAnswer(answer, request.path));
      if (checked.success) return checked.data;
      const [issue] = checked.error.issues;
      throw notOneOf(name, `its answer to ${request.path} is wrong at ${issue?.path.join(".") || "the top"} (${issue?.message ?? ""})`);
    },
    async find(request, schema) {
      const answer = await question(request);
      if (typeof answer !== "string") {
        if (answer.status === 404 || answer.status === 405 || answer.status === 501) return undefined;
        throw explained(request, answer);
      }
      return schema.safeParse(parseAnswer(answer, request.path)).data;
    },
    async *lines(request) {
      for await (const line of turn(request, "application/x-ndjson", readLines)) if (line.trim() !== "") yield parseLine(line);
    },
    events: (request) => turn(request, "text/event-stream", readServerEvents),
    lost: (what, cause) => lost(name, what, cause),
    failure,
    close: () => agent.destroy(),
  };

  function parseAnswer(text: string, path: string): unknown {
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw notOneOf(name, `its answer to ${path} is no JSON`, cause);
    }
  }

  function parseLine(line: string): unknown {
    if (looksLikeHtml(line)) throw notOneOf(name, "it sent a web page");
    try {
      return JSON.parse(line);
    } catch (cause) {
      throw lost(name, "sent a line that is no JSON", cause);
    }
  }
}

/** The body as text; where it is longer than `most` bytes, its beginning or undefined. */
async function readText(body: AsyncIterable<Uint8Array>, most: number, tooLong: "cut" | "refuse"): Promise<string | undefined> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    pieces.push(piece);
    length += piece.length;
    if (length > most) {
      if (tooLong === "refuse") return undefined;
      break;
    }
  }
  return new TextDecoder().decode(Buffer.concat(pieces).subarray(0, most));
}
