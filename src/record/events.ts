import type { JsonObject } from "../messages/conversation.ts";

/**
 * What happens in a session, as it happens: the gateway, the lab and the seal report it, the terminal and the session's log
 * (`events.ndjson`) read it. `at` is milliseconds since the epoch. No event holds a token, a key or a file's whole content.
 */
export type SessionEvent =
  | {
      readonly type: "session";
      readonly at: number;
      readonly model: string;
      readonly isModel: boolean;
      readonly client: string;
      readonly guidance: string;
      readonly task: string;
      readonly scenario?: string | undefined;
    }
  | { readonly type: "request"; readonly at: number; readonly turn: number }
  | {
      readonly type: "prefill";
      readonly at: number;
      readonly turn: number;
      readonly done: number;
      readonly total: number;
      readonly cached: number;
    }
  | {
      readonly type: "turn";
      readonly at: number;
      readonly turn: number;
      readonly promptTokens: number;
      readonly cachedTokens: number;
      readonly outputTokens: number;
      readonly prefillMs: number;
      readonly decodeMs: number;
      readonly reason: string;
      readonly byModel: boolean;
      /** Characters of thought that were withheld; absent where there was none. */
      readonly thinkingCharacters?: number | undefined;
    }
  /**
   * Room was made in the window: old results were cleared (an epoch; tokens are the prompt's, as estimated for the decision), or the middle of one
   * new result was cut out (tokens are the result's).
   */
  | {
      readonly type: "cleared";
      readonly at: number;
      readonly turn: number;
      readonly what: "results" | "middle";
      readonly results: number;
      readonly tokensBefore: number;
      readonly tokensAfter: number;
    }
  /** The guard stepped in: an answer was cut, a call dropped or asked for again. `reason` is a sentence. */
  | { readonly type: "guard"; readonly at: number; readonly turn: number; readonly what: GuardAct; readonly reason: string }
  /** The model said something that is not a call. */
  | { readonly type: "said"; readonly at: number; readonly text: string }
  | { readonly type: "call"; readonly at: number; readonly id: string; readonly name: string; readonly input: JsonObject }
  /** `ms` runs from the call's answer to the request that brings its result: the tool and the client together. `text` is cut to 2,000 characters. */
  | {
      readonly type: "result";
      readonly at: number;
      readonly id: string;
      readonly failed: boolean;
      readonly text: string;
      readonly ms: number;
    }
  | { readonly type: "step"; readonly at: number; readonly id: string; readonly title: string; readonly index: number; readonly of: number }
  | { readonly type: "note"; readonly at: number; readonly callId: string; readonly text: string }
  /** A turn that failed with an error frame or status; the client may try again. */
  | { readonly type: "failure"; readonly at: number; readonly turn: number; readonly code: string; readonly message: string }
  /** A request that a door answered. */
  | {
      readonly type: "door";
      readonly at: number;
      readonly door: "cluster" | "forge";
      readonly method: string;
      readonly path: string;
      readonly status: number;
    }
  | { readonly type: "pull-request"; readonly at: number; readonly number: number; readonly title: string; readonly url: string }
  /** The forge's gate decided about a branch that was pushed; `objections` stand against it, a line each, none where it passed. */
  | {
      readonly type: "gate";
      readonly at: number;
      readonly branch: string;
      readonly commit: string;
      readonly passed: boolean;
      readonly objections: readonly string[];
    }
  /** Something tried to leave and was refused. */
  | { readonly type: "refused"; readonly at: number; readonly what: string }
  | { readonly type: "progress"; readonly at: number; readonly text: string };

/** What the guard did: cut a thought, a repetition, an answer over its bound or one that went on behind its call; dropped a call; asked again; ended a loop. */
export type GuardAct = "thought" | "repetition" | "length" | "after-call" | "dropped-call" | "asked-again" | "loop";

export type Observe = (event: SessionEvent) => void;
