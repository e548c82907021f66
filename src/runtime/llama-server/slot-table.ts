import { CloisterError } from "../../error.ts";
import type { Lane, LaneKind } from "../runtime.ts";

/** Which lane has which of the server's slots. */
export interface SlotTable {
  /** Waits while every slot is at work. Throws `cancelled`. */
  take(lane: Lane, signal: AbortSignal): Promise<Seat>;
  /** The lanes that have a slot now. */
  seated(): readonly { readonly slot: number; readonly lane: Lane }[];
}

export interface Seat {
  readonly slot: number;
  /** True where the slot was not the lane's before. */
  readonly fresh: boolean;
  /** Whose the slot was. */
  readonly leaving: Lane | undefined;
  release(): void;
}

interface Slot {
  readonly number: number;
  lane: Lane | undefined;
  busy: boolean;
  /** Grows with each use. */
  used: number;
}

/** The lower, the sooner it gives its slot away. */
const weight: Record<LaneKind, number> = { side: 0, "sub-agent": 1, main: 2 };

/**
 * A lane keeps its slot. One that has none takes an empty slot, else that of the lane which weighs least and was used longest ago: questions
 * aside give way before sub-agents, and those before a main conversation.
 */
export function createSlotTable(count: number): SlotTable {
  const slots: Slot[] = Array.from({ length: count }, (_, number) => ({ number, lane: undefined, busy: false, used: 0 }));
  const waiting: (() => void)[] = [];
  let clock = 0;

  function find(lane: Lane): Slot | undefined {
    const own = slots.find((slot) => slot.lane?.id === lane.id);
    if (own !== undefined) return own.busy ? undefined : own;
    const free = slots.filter((slot) => !slot.busy);
    return free.sort((a, b) => worth(a) - worth(b) || a.used - b.used)[0];
  }

  function release(slot: Slot): void {
    if (!slot.busy) return;
    slot.busy = false;
    // All look again: which of them the slot suits is theirs to find out.
    for (const wake of waiting.splice(0)) wake();
  }

  return {
    async take(lane, signal) {
      for (;;) {
        if (signal.aborted) throw new CloisterError("cancelled", "The turn was cancelled while it waited for a slot of the server.");
        const slot = find(lane);
        if (slot !== undefined) {
          const before = slot.lane;
          const fresh = before?.id !== lane.id;
          slot.lane = lane;
          slot.busy = true;
          slot.used = ++clock;
          return { slot: slot.number, fresh, leaving: fresh ? before : undefined, release: () => release(slot) };
        }
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            signal.removeEventListener("abort", wake);
            resolve();
          };
          signal.addEventListener("abort", wake, { once: true });
          waiting.push(wake);
        });
      }
    },
    seated: () => slots.flatMap(({ number, lane }) => (lane === undefined ? [] : [{ slot: number, lane }])),
  };
}

function worth({ lane }: Slot): number {
  return lane === undefined ? -1 : weight[lane.kind];
}
