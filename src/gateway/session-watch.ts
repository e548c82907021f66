import type { CloisterError } from "../error.ts";
import type { Call, Conversation } from "../messages/conversation.ts";
import type { GuardAct, Observe, SessionEvent } from "../record/events.ts";
import type { Guidance } from "../runbook/guidance.ts";
import type { RuntimeEvent, Timing } from "../runtime/runtime.ts";
import type { WindowDeeds } from "../window/window.ts";

const longestResult = 2000;

/**
 * Tells the session's observer what is new. Each request holds the whole conversation, and a client may send one twice, so this remembers what
 * has been told: it is the only state that the gateway keeps of a session.
 */
export interface SessionWatch {
  /** A request of the main conversation came; the number of its turn, from 1. */
  requestCame(conversation: Conversation, guidance: Guidance | undefined): number;
  /** What fitting the turn into the window has changed. */
  fitted(turn: number, began: WindowDeeds): void;
  prefill(turn: number, event: Extract<RuntimeEvent, { type: "prefill" }>): void;
  /** The answer is whole. */
  answered(turn: number, answer: Answered): void;
  /** The guard stepped in; `reason` is a sentence. */
  guarded(turn: number, what: GuardAct, reason: string): void;
  failed(turn: number, error: CloisterError): void;
}

export interface Answered {
  readonly text: string;
  readonly calls: readonly Call[];
  readonly reason: string;
  readonly timing: Timing;
  readonly byModel: boolean;
  /** Of the thought that was withheld. */
  readonly thinkingCharacters?: number;
}

export function watchSession(observe: Observe, now: () => number): SessionWatch {
  /** When the answer with this call ended, for calls whose result has not come. */
  const answeredAt = new Map<string, number>();
  const noted = new Set<string>();
  /** Epochs and cuts that were told, for requests that are sent again. */
  const cleared = new Set<string>();
  let turns = 0;
  let step: string | undefined;

  function tellResults(conversation: Conversation, at: number): void {
    for (const turn of conversation.turns) {
      if (turn.role !== "tool") continue;
      const since = answeredAt.get(turn.callId);
      if (since === undefined) continue;
      answeredAt.delete(turn.callId);
      observe({ type: "result", at, id: turn.callId, failed: turn.failed, text: turn.text.slice(0, longestResult), ms: at - since });
    }
  }

  function tellGuidance(guidance: Guidance, at: number): void {
    for (const [callId, text] of guidance.notes) {
      if (noted.has(callId)) continue;
      noted.add(callId);
      observe({ type: "note", at, callId, text });
    }
    if (guidance.step === undefined || guidance.step.id === step) return;
    step = guidance.step.id;
    observe({ type: "step", at, ...guidance.step });
  }

  function tellOnce(key: string, event: SessionEvent): void {
    if (cleared.has(key)) return;
    cleared.add(key);
    observe(event);
  }

  return {
    requestCame(conversation, guidance) {
      const at = now();
      const turn = ++turns;
      observe({ type: "request", at, turn });
      tellResults(conversation, at);
      if (guidance !== undefined) tellGuidance(guidance, at);
      return turn;
    },
    fitted(turn, { epoch, cuts }) {
      const at = now();
      for (const { callId, ...tokens } of cuts) tellOnce(callId, { type: "cleared", at, turn, what: "middle", results: 1, ...tokens });
      if (epoch === undefined) return;
      const { tokensBefore, tokensAfter } = epoch;
      const results = epoch.cleared.length;
      tellOnce(`${epoch.at} ${tokensBefore}`, { type: "cleared", at, turn, what: "results", results, tokensBefore, tokensAfter });
    },
    prefill(turn, { done, total, cached }) {
      observe({ type: "prefill", at: now(), turn, done, total, cached });
    },
    answered(turn, { text, calls, reason, timing, byModel, thinkingCharacters = 0 }) {
      const at = now();
      if (text.trim() !== "") observe({ type: "said", at, text });
      for (const { id, name, input } of calls) {
        answeredAt.set(id, at);
        observe({ type: "call", at, id, name, input });
      }
      const thinking = thinkingCharacters > 0 ? { thinkingCharacters } : {};
      observe({ type: "turn", at, turn, ...timing, reason, byModel, ...thinking });
    },
    guarded(turn, what, reason) {
      observe({ type: "guard", at: now(), turn, what, reason });
    },
    failed(turn, { code, message }) {
      observe({ type: "failure", at: now(), turn, code, message });
    },
  };
}
