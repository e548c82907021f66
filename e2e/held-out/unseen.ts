import type { HeldOutFault } from "./stage.ts";
import { unseenPlacing } from "./unseen-placing.ts";
import { unseenReaching } from "./unseen-reaching.ts";
import { unseenRunning } from "./unseen-running.ts";
import { unseenStarting } from "./unseen-starting.ts";

/** Written by somebody who had read neither the rules of triage nor a finding about any of these. */
export const unseen: readonly HeldOutFault[] = [...unseenStarting, ...unseenRunning, ...unseenPlacing, ...unseenReaching];
