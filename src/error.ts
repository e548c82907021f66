/**
 * What can go wrong, as one closed list. A code says what kind of failure it is; `httpStatus` and `exitStatus` are the only two
 * places that turn a code into something that another program reads.
 */
export type ErrorCode =
  | "bad-request" // the caller's input is wrong; `field` says where
  | "unauthorized" // no token of this session
  | "not-found" // no such route, model, scenario, session
  | "too-large" // a body or a file over its bound
  | "prompt-too-long" // more tokens than the window holds
  | "engine-lost" // the engine's process died; the turn can be tried again
  | "overloaded" // nothing free to do the work now; can be tried again
  | "invalid-call" // the model wrote a call that cannot be made; another sample may be right
  | "cancelled" // the caller went away or pressed Ctrl-C
  | "timeout" // a bounded wait ran out
  | "missing" // something that has to be installed or pulled first; `hint` is the command
  | "damaged" // a file that is not what it should be: digest, length, format
  | "no-space" // the disk would fill up
  | "locked" // somebody else is doing this now
  | "unreachable" // a source or server does not answer
  | "usage" // the command line is wrong
  | "not-closed" // an incident's run ended without a pull request that passes its verification
  | "internal"; // a fault of ours

export interface ErrorDetails {
  /** What to do about it: one line, a command where there is one. */
  hint?: string | undefined;
  /** The field of the request or file that is wrong, as a path (`messages.2.content.0.type`). */
  field?: string | undefined;
  cause?: unknown;
}

/** The one error class. `message` says what happened and what it means; `hint` says what to do next. */
export class CloisterError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly field: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "CloisterError";
    this.code = code;
    this.hint = details.hint;
    this.field = details.field;
  }
}

/** Anything that was thrown, as a CloisterError; what is not ours becomes `internal` and keeps its cause. */
export function asCloisterError(thrown: unknown): CloisterError {
  if (thrown instanceof CloisterError) return thrown;
  if (thrown instanceof Error && thrown.name === "AbortError")
    return new CloisterError("cancelled", "The work was cancelled.", { cause: thrown });
  const refused = refusalOf(thrown);
  if (refused !== undefined) return refused;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new CloisterError("internal", message, { cause: thrown });
}

/** What the system would not do with a file or folder, in words; `undefined` for anything else. */
function refusalOf(thrown: unknown): CloisterError | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const { code, path } = thrown as NodeJS.ErrnoException;
  if (code === "ENOSPC") return new CloisterError("no-space", "The disk is full.", { cause: thrown });
  const why = code === undefined ? undefined : refusals[code];
  if (why === undefined || path === undefined) return undefined;
  return new CloisterError("internal", `${path} cannot be used: ${why}.`, {
    hint: "What Cloister keeps is below CLOISTER_HOME (default: ~/.local/share/cloister): name a folder that you may write.",
    cause: thrown,
  });
}

const refusals: Readonly<Record<string, string>> = {
  EACCES: "this user may not",
  EPERM: "this user may not",
  EROFS: "it is on a disk that is only read",
  ENOTDIR: "a part of its path is no folder",
  ELOOP: "its links lead in a circle",
};

/** HTTP status of each code, for every server of ours. */
export function httpStatus(code: ErrorCode): number {
  switch (code) {
    case "bad-request":
    case "prompt-too-long":
    case "usage":
      return 400;
    case "unauthorized":
      return 401;
    case "not-found":
    case "missing":
      return 404;
    case "locked":
      return 409;
    case "too-large":
      return 413;
    case "cancelled":
      return 499;
    case "engine-lost":
    case "overloaded":
    case "invalid-call":
      return 529;
    case "unreachable":
      return 502;
    case "timeout":
      return 504;
    case "damaged":
    case "no-space":
    case "not-closed":
    case "internal":
      return 500;
    default:
      return unreachable(code);
  }
}

/**
 * Exit status of each code: 0 is success, 1 an answer that is not the one hoped for (a finding, a failed check, an incident that is not closed), 2 wrong
 * usage, 3 something missing, 4 no answer because the work could not be done, 130 Ctrl-C. A script that reads 1 as an answer must never get it for a failure.
 */
export function exitStatus(code: ErrorCode): number {
  switch (code) {
    case "usage":
    case "bad-request":
      return 2;
    case "missing":
    case "not-found":
      return 3;
    case "cancelled":
      return 130;
    case "not-closed":
      return 1;
    case "unauthorized":
    case "too-large":
    case "prompt-too-long":
    case "engine-lost":
    case "overloaded":
    case "invalid-call":
    case "timeout":
    case "damaged":
    case "no-space":
    case "locked":
    case "unreachable":
    case "internal":
      return 4;
    default:
      return unreachable(code);
  }
}

/** The default branch of an exhaustive switch: does not compile while a case is missing. */
export function unreachable(value: never): never {
  throw new Error(`A case is not handled: ${JSON.stringify(value)}`);
}
