import { createHash } from "node:crypto";
import { CloisterError } from "../error.ts";
import type { Conversation } from "../messages/conversation.ts";
import type { Lane } from "../runtime/runtime.ts";

/**
 * Tells the conversations of a session apart and lets the requests of each wait for one another. Different lanes do not wait here:
 * a runtime shares its engine among them.
 */
export interface Lanes {
  /** The lane of a conversation in canonical form, before the diet. `agent` is the name that the client gave to a sub-agent, where it says one. */
  choose(conversation: Conversation, agent?: string): Lane;
  /**
   * The request for a summary that a client makes of its main conversation, as one more turn of it. Client 2.1.84 asks with another system
   * prompt and other tools, and without the project's instructions: everything would be evaluated again. Others come back as they are.
   */
  joinSummary(conversation: Conversation): Conversation;
  /** Resolves when it is the caller's turn in the lane, with the function that lets the next one in. Throws `overloaded` when too many wait, `cancelled` on abort. */
  enter(lane: Lane, signal: AbortSignal): Promise<() => void>;
  /** Resolves when nobody is inside and nobody waits. */
  idle(): Promise<void>;
}

/** `places`: how many requests may wait, over all lanes. */
export function createLanes(places: number): Lanes {
  const last = new Map<string, Promise<void>>();
  let waiting = 0;
  /** The newest main conversation. */
  let main: Conversation | undefined;

  return {
    choose(conversation, agent) {
      const id = laneId(conversation, agent);
      if (conversation.tools.length === 0) return { id, kind: "side" };
      if (agent !== undefined || isAgent(conversation)) return { id, kind: "sub-agent" };
      // After a compaction or a `/clear` its first turn is another, so its lane is, too.
      main = conversation;
      return { id, kind: "main" };
    },

    joinSummary(conversation) {
      const [first, ...turns] = conversation.turns;
      const [known] = main?.turns ?? [];
      if (main === undefined || first?.role !== "user" || known?.role !== "user") return conversation;
      if (!asksForSummary(conversation) || conversation.system === main.system || !known.text.endsWith(first.text)) return conversation;
      return { system: main.system, tools: main.tools, turns: [known, ...turns] };
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

/** Both clients say this to every sub-agent, also to one that a user wrote; 2.1.330 names it in a header as well. */
function isAgent({ system }: Conversation): boolean {
  return system.includes("Agent threads always have their cwd reset between bash calls");
}

/** Is the newest turn a client's wish for a summary, with which it begins the conversation anew? The answer is words. */
export function asksForSummary({ turns }: Conversation): boolean {
  const last = turns.at(-1);
  return last?.role === "user" && /^Your task is to create a detailed summary of /m.test(last.text);
}

/** The same for every request of a conversation, in every process: its system text and its first turn of the user. Tools may come and go. */
function laneId({ system, tools, turns }: Conversation, agent: string | undefined): string {
  const first = turns.find((turn) => turn.role === "user");
  // Its length before each text, so that no two conversations run together to the same bytes. In one piece: each update costs as much as 10 KB.
  const parts = [system, tools.length > 0 ? "tools" : "", first?.text ?? "", agent ?? ""].map((text) => `${text.length}:${text}`);
  return createHash("sha256").update(parts.join("")).digest("hex").slice(0, 32);
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
