import type { Diet } from "../prompt/diet.ts";
import type { Observe } from "../record/events.ts";
import type { Guide } from "../runbook/guidance.ts";
import type { Runtime } from "../runtime/runtime.ts";

export interface GatewayOptions {
  readonly runtime: Runtime;
  /** The session's own token: whoever sends it is this session's client. */
  readonly token: string;
  readonly diet: Diet;
  readonly guide?: Guide | undefined;
  readonly observe: Observe;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Letters and digits, never the same twice; messages, calls and requests get their ids from it. */
  readonly newId: () => string;
  readonly limits?: Partial<GatewayLimits> | undefined;
}

export interface GatewayLimits {
  /** Largest request body, in bytes. */
  readonly bodyBytes: number;
  /** Longest silence of a stream, in milliseconds; then a `ping` is sent. */
  readonly pingMs: number;
  /** How long the headers wait for the runtime's first event, in milliseconds: until then a failure is still an HTTP status. */
  readonly headersMs: number;
  /** Longest answer of a turn in this session, in tokens; a client that asks for more gets this. */
  readonly maxTokens: number;
  /** Requests that may wait while another one runs; one more is told to come back. */
  readonly waiting: number;
  /** How often in a row the same call may have had the same result; then the turn is ended with words that say so. */
  readonly sameCalls: number;
  /** Longest thought of an answer, in characters; one that goes on is cut. */
  readonly thoughtCharacters: number;
  /** Of turns that may make a call, and of others where the client does not say one; 0 is greedy. */
  readonly temperature: number;
}

export const defaultLimits: GatewayLimits = {
  bodyBytes: 32 * 1024 * 1024,
  pingMs: 5000,
  headersMs: 500,
  maxTokens: 4096,
  waiting: 16,
  sameCalls: 5,
  thoughtCharacters: 8000,
  temperature: 0,
};
