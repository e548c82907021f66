import { createHash } from "node:crypto";
import { CloisterError } from "../error.ts";
import type { Conversation } from "../messages/conversation.ts";
import type { Lane } from "../runtime/runtime.ts";

/**
 * Tells the conversations of a session apart and lets the requests of each wait for one another. Different lanes do not wait here:
 * a runtime shares its engine among them.
 */
export interface Lanes {
  /** The lane of a conversation in canonical form, before the diet: sub-agents are known by their own system prompt. */
  choose(conversation: Conversation): Lane;
  /** Resolves when it is the caller's turn in the lane, with the function that lets the next one in. Throws `overloaded` when too many wait, `cancelled` on abort. */
  enter(lane: Lane, signal: AbortSignal): Promise<() => void>;
  /** Resolves when nobody is inside and nobody waits. */
  idle(): Promise<void>;
}

/** `places`: how many requests may wait, over all lanes. */
export function createLanes(places: number): Lanes {
  const last = new Map<string, Promise<void>>();
  let waiting = 0;
  let mainSystem: string | undefined;

  return {
    choose(conversation) {
      const id = laneId(conversation);
      if (conversation.tools.length === 0) return { id, kind: "side" };
      // The first who comes with tools is the client's main conversation. A later one with its system prompt is that conversation after a
      // compaction, a `/clear` or a resumption: its first turn is another, so its lane is, too.
      mainSystem ??= conversation.system;
      return { id, kind: conversation.system === mainSystem ? "main" : "sub-agent" };
    },

    async enter({ id }, signal) {
      if (waiting >= places)
        throw new CloisterError("overloaded", `${places} requests wait for the model already.`, { hint: "Try again later." });
      const before = last.get(id) ?? Promise.resolve();
      let leave = (): void => undefined;
      const mine = new Promise<void>((resolve) => (leave = resolve));
      last.set(id, mine);
      void mine.then(() => {
        if (last.get(id) === mine) last.delete(id);
      });
      waiting++;
      try {
        await orAborted(before, signal);
      } catch (thrown) {
        // Whoever comes after still has to wait for the one before.
        void before.then(leave);
        throw thrown;
      } finally {
        waiting--;
      }
      return leave;
    },

    async idle() {
      while (last.size > 0) await Promise.all(last.values());
    },
  };
}

/** The same for every request of a conversation, in every process: its system text, the names of its tools, its first turn of the user. */
function laneId({ system, tools, turns }: Conversation): string {
  const first = turns.find((turn) => turn.role === "user");
  const telling = JSON.stringify([system, tools.map((tool) => tool.name), first?.text ?? ""]);
  return createHash("sha256").update(telling).digest("hex").slice(0, 32);
}

function orAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new CloisterError("cancelled", "The client went away while its request waited."));
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
    void promise.then(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    });
  });
}
