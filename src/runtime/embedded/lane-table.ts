import { CloisterError } from "../../error.ts";
import type { Lane } from "../runtime.ts";

/**
 * Which lanes are in memory. A lane is used by one at a time, in the order they came; a lane that is not in memory takes a free place, or that
 * of one that nobody uses: a question aside first, for it will hardly come again, then the one that was used longest ago.
 */
export interface LaneTable<T> {
  /** Resolves when the lane is the caller's, with what is kept for it. Throws `cancelled`, having left the queue. */
  enter(lane: Lane, signal: AbortSignal): Promise<LaneUse<T>>;
  /** The same without waiting: undefined where the lane is not in memory, or in use. */
  tryEnter(id: string): LaneUse<T> | undefined;
  /** The lanes that are in memory, the one used longest ago first. */
  readonly ids: readonly string[];
}

export interface LaneUse<T> {
  readonly kept: T;
  leave(): void;
}

export interface LanePlaces<T> {
  readonly most: number;
  /** Makes room for a lane in a place that nobody had. */
  open(lane: Lane): T;
  /** Makes a place of `kept`, whose lane gives way to `lane`. */
  replace(kept: T, lane: Lane): Promise<T>;
}

interface Place<T> {
  readonly lane: Lane;
  kept: T;
  busy: boolean;
}

interface Waiter<T> {
  readonly lane: Lane;
  readonly resolve: (use: LaneUse<T>) => void;
  readonly reject: (error: unknown) => void;
}

export function createLaneTable<T>(places: LanePlaces<T>): LaneTable<T> {
  // In the order of use: the first is the one that was used longest ago.
  const held = new Map<string, Place<T>>();
  const waiting = new Set<Waiter<T>>();

  function use(place: Place<T>): LaneUse<T> {
    place.busy = true;
    held.delete(place.lane.id);
    held.set(place.lane.id, place);
    let left = false;
    return {
      kept: place.kept,
      leave() {
        if (left) return;
        left = true;
        place.busy = false;
        serve();
      },
    };
  }

  function serve(): void {
    for (const waiter of waiting) {
      const place = held.get(waiter.lane.id);
      if (place?.busy === true) continue;
      if (place !== undefined) {
        waiting.delete(waiter);
        waiter.resolve(use(place));
      } else if (held.size < places.most) {
        waiting.delete(waiter);
        begin(waiter);
      } else {
        const idle = [...held.values()].filter(({ busy }) => !busy);
        const victim = idle.find(({ lane }) => lane.kind === "side") ?? idle[0];
        if (victim === undefined) continue;
        waiting.delete(waiter);
        void takeOver(victim, waiter);
      }
    }
  }

  function begin(waiter: Waiter<T>): void {
    try {
      const place = { lane: waiter.lane, kept: places.open(waiter.lane), busy: true };
      waiter.resolve(use(place));
    } catch (error) {
      waiter.reject(error);
    }
  }

  async function takeOver(victim: Place<T>, waiter: Waiter<T>): Promise<void> {
    held.delete(victim.lane.id);
    // Taken at once, so that nobody else takes the place meanwhile and the lane's next request waits for this one.
    const place: Place<T> = { lane: waiter.lane, kept: victim.kept, busy: true };
    held.set(waiter.lane.id, place);
    try {
      place.kept = await places.replace(victim.kept, waiter.lane);
      waiter.resolve(use(place));
    } catch (error) {
      held.delete(waiter.lane.id);
      waiter.reject(error);
      serve();
    }
  }

  return {
    enter(lane, signal) {
      return new Promise((resolve, reject) => {
        const cancelled = (): void =>
          reject(new CloisterError("cancelled", "The turn was cancelled while it waited for the one before it."));
        if (signal.aborted) return cancelled();
        const waiter: Waiter<T> = {
          lane,
          resolve: (given) => {
            signal.removeEventListener("abort", giveUp);
            resolve(given);
          },
          reject,
        };
        const giveUp = (): void => {
          if (waiting.delete(waiter)) cancelled();
        };
        signal.addEventListener("abort", giveUp, { once: true });
        waiting.add(waiter);
        serve();
      });
    },
    tryEnter(id) {
      const place = held.get(id);
      return place === undefined || place.busy ? undefined : use(place);
    },
    get ids() {
      return [...held.keys()];
    },
  };
}
