import { type CloisterError, type ErrorCode, unreachable } from "../error.ts";

/** An error as the Messages API writes it, in a body or as the last event of a stream (https://docs.anthropic.com/en/api/errors). */
export interface ErrorBody {
  readonly type: "error";
  readonly error: { readonly type: ErrorType; readonly message: string };
  readonly request_id: string;
}

export type ErrorType =
  | "invalid_request_error"
  | "authentication_error"
  | "not_found_error"
  | "request_too_large"
  | "overloaded_error"
  | "timeout_error"
  | "api_error";

export function errorBody(error: CloisterError, requestId: string): ErrorBody {
  const message = error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
  return { type: "error", error: { type: errorType(error.code), message }, request_id: requestId };
}

/** The protocol's name for each kind of failure. `overloaded_error` is the one that clients try again. */
export function errorType(code: ErrorCode): ErrorType {
  switch (code) {
    case "bad-request":
    case "prompt-too-long":
    case "usage":
      return "invalid_request_error";
    case "unauthorized":
      return "authentication_error";
    case "not-found":
    case "missing":
      return "not_found_error";
    case "too-large":
      return "request_too_large";
    case "engine-lost":
    case "overloaded":
    case "invalid-call":
    case "locked":
      return "overloaded_error";
    case "timeout":
      return "timeout_error";
    case "cancelled":
    case "damaged":
    case "no-space":
    case "unreachable":
    case "not-closed":
    case "internal":
      return "api_error";
    default:
      return unreachable(code);
  }
}
