import type { CloisterError } from "../../error.ts";
import type { JsonObject } from "../../messages/conversation.ts";
import type { Refusal } from "../http/failures.ts";
import type { Server } from "../http/server.ts";
import type { Meter } from "./meter.ts";

/** What both ways of running a turn need. */
export interface TurnContext {
  readonly server: Server;
  readonly meter: Meter;
  readonly signal: AbortSignal;
  /** The members that every request of the turn has; `maxTokens` is what is left of the answer's bound. */
  request(maxTokens: number, stop: readonly string[]): JsonObject;
  /** What a refusal means for this prompt. */
  explain(refusal: Refusal): CloisterError | undefined;
}
