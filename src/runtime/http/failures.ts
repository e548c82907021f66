import { CloisterError } from "../../error.ts";

/** Whom a message speaks of. */
export interface ServerName {
  /** What should be there: `llama-server`, `Ollama`, `OpenAI-compatible server`. */
  readonly kind: string;
  /** Where it should be; holds no credential. */
  readonly shown: string;
  /** How to start it or find out what is wrong, in one line. */
  readonly startHint: string;
}

/** What a server answers in place of what was asked for. */
export interface Refusal {
  readonly status: number;
  /** The server's own words, bounded and without control characters; empty where it gave none. */
  readonly message: string;
}

/** Longer messages of a server are cut. */
const longestMessage = 500;

export function notThere(server: ServerName, cause: unknown): CloisterError {
  const code = codeOf(cause);
  const why = code === undefined ? "" : ` (${code})`;
  return new CloisterError("unreachable", `No ${server.kind} answers at ${server.shown}${why}.`, { hint: server.startHint, cause });
}

export function tookTooLong(server: ServerName, what: string, milliseconds: number): CloisterError {
  return new CloisterError("timeout", `The ${server.kind} at ${server.shown} ${what} within ${milliseconds / 1000} s.`, {
    hint: "Try again; if it hangs, restart the server.",
  });
}

/** It went away, or stopped in the middle of its answer. */
export function lost(server: ServerName, what: string, cause?: unknown): CloisterError {
  return new CloisterError("engine-lost", `The ${server.kind} at ${server.shown} ${what}.`, {
    hint: `Try again. If it happens each time: ${server.startHint}`,
    cause,
  });
}

export function notOneOf(server: ServerName, what: string, cause?: unknown): CloisterError {
  return new CloisterError("unreachable", `What answers at ${server.shown} is not a usable ${server.kind}: ${what}.`, {
    hint: "Look at the address and the port; another program may be there.",
    cause,
  });
}

/** What went wrong with a connection: before any answer, or in the middle of one. */
export function connectionFailure(server: ServerName, answering: boolean, error: unknown): CloisterError {
  const code = codeOf(error);
  if (code?.startsWith("HPE_") === true) return notOneOf(server, "it does not speak HTTP", error);
  if (code !== undefined && /CERT|SIGNATURE|ISSUER|^ERR_TLS|^ERR_SSL|^EPROTO$/.test(code))
    return new CloisterError("unreachable", `The ${server.kind} at ${server.shown} cannot be reached safely (${code}).`, {
      hint: "NODE_EXTRA_CA_CERTS names a file with your own certificate authority.",
      cause: error,
    });
  if (answering) return lost(server, "stopped in the middle of its answer", error);
  if (code === "ECONNRESET" || code === "EPIPE") return lost(server, "closed the connection without an answer", error);
  return notThere(server, error);
}

/** The one map from a server's status to a code of ours; a runtime that knows better looks at the refusal first. */
export function refusalError(server: ServerName, { status, message }: Refusal): CloisterError {
  const said = message === "" ? "" : `: ${message}`;
  const text = `The ${server.kind} at ${server.shown} answered ${status}${said}`;
  if (status >= 300 && status < 400)
    return notOneOf(server, `it answered ${status} and wants to send the request somewhere else, which is never followed`);
  switch (status) {
    case 401:
    case 403:
      // Not `unauthorized`: that speaks of the client's own token, and would make it ask its user to log in.
      return new CloisterError("unreachable", text, { hint: "Give the server's key, or another one." });
    case 404:
    case 405:
    case 501:
      return notOneOf(server, `it answered ${status}${said}`);
    case 408:
    case 504:
      return new CloisterError("timeout", text, { hint: "Try again." });
    case 413:
      return new CloisterError("too-large", text);
    case 429:
    case 503:
      return new CloisterError("overloaded", text, { hint: "Try again in a moment." });
    default:
      if (status >= 500) return new CloisterError("engine-lost", text, { hint: "Try again. The server's own log says more." });
      return new CloisterError("bad-request", text);
  }
}

/** The words in an error's body as the servers that we know write it: `{error: {message}}`, `{error}`, `{message}`, `{detail}`, plain text. */
export function refusalMessage(body: string): string {
  return boundedMessage(messageIn(body) ?? (looksLikeHtml(body) ? "" : body));
}

function messageIn(body: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  for (const path of [["error", "message"], ["error"], ["message"], ["detail", "0", "msg"], ["detail"]]) {
    const found = path.reduce<unknown>(
      (at, name) => (typeof at === "object" && at !== null ? (at as Record<string, unknown>)[name] : undefined),
      value,
    );
    if (typeof found === "string") return found;
  }
  return undefined;
}

export function boundedMessage(text: string): string {
  // eslint-disable-next-line no-control-regex
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ").trim();
  return line.length > longestMessage ? `${line.slice(0, longestMessage)}…` : line;
}

export function looksLikeHtml(text: string): boolean {
  return /^\s*<(?:!doctype\s+html|html|head|body)\b/i.test(text);
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
