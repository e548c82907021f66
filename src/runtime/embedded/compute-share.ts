import { CloisterError } from "../../error.ts";

/**
 * Shares one engine among the turns that run at once. One step is computed at a time: a chunk of a prompt, or one token. Who has used
 * the least time goes next, so that a turn that decodes gets as much of the engine as one that reads a long prompt, and a new one
 * waits for no more than the step that is under way.
 */
export interface ComputeShare {
  /** To be called when a turn begins to compute. */
  join(): ShareMember;
}

export interface ShareMember {
  /** Does anybody else compute? Then steps should be small. */
  readonly contended: boolean;
  /** Does one step when it is this turn's time. Within `hold` it is done at once. Throws `cancelled`. */
  step<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Takes the engine until the function that comes back is called; calling it again does nothing. Throws `cancelled`. */
  hold(signal?: AbortSignal): Promise<() => void>;
  leave(): void;
}

interface Member {
  /** Milliseconds of the engine that it has had, since it joined and counted from where the others were then. */
  spent: number;
  holding: boolean;
}

/** `now` in milliseconds. */
export function createComputeShare(now: () => number): ComputeShare {
  const members = new Set<Member>();
  const waiting: { readonly member: Member; readonly start: () => void }[] = [];
  let busy = false;
  let choosing = false;

  function next(): void {
    choosing = false;
    if (busy || waiting.length === 0) return;
    let least = 0;
    waiting.forEach(({ member }, at) => {
      if (member.spent < (waiting[least]?.member.spent ?? 0)) least = at;
    });
    busy = true;
    waiting.splice(least, 1)[0]?.start();
  }

  function take(member: Member, signal: AbortSignal | undefined): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const cancelled = (): void => reject(new CloisterError("cancelled", "The turn was cancelled."));
      if (signal?.aborted === true) return cancelled();
      const entry = {
        member,
        start: (): void => {
          signal?.removeEventListener("abort", giveUp);
          member.holding = true;
          const started = now();
          resolve(() => {
            if (!member.holding) return;
            member.holding = false;
            member.spent += now() - started;
            busy = false;
            // Whoever has just done a step may want another one at once, and may have had less than those who wait.
            if (waiting.length > 0 && !choosing) setImmediate(next);
            choosing = waiting.length > 0;
          });
        },
      };
      const giveUp = (): void => {
        waiting.splice(waiting.indexOf(entry), 1);
        cancelled();
      };
      signal?.addEventListener("abort", giveUp, { once: true });
      waiting.push(entry);
      if (!choosing) next();
    });
  }

  return {
    join() {
      // Whoever comes has no claim to the time before it came.
      const member: Member = { spent: Math.min(...[...members].map(({ spent }) => spent), Infinity), holding: false };
      if (member.spent === Infinity) member.spent = 0;
      members.add(member);
      return {
        get contended() {
          return members.size > 1;
        },
        async step(work, signal) {
          if (member.holding) return await work();
          const release = await take(member, signal);
          try {
            return await work();
          } finally {
            release();
          }
        },
        hold: (signal) => take(member, signal),
        leave: () => void members.delete(member),
      };
    },
  };
}
