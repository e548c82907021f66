import { createHash } from "node:crypto";
import { z } from "zod";
import { CloisterError } from "../../error.ts";
import type { Server } from "../http/server.ts";
import type { Lane } from "../runtime.ts";

/** Keeps the states of slots in the server's own folder. What goes wrong here costs time, never a turn. */
export interface SlotStore {
  /** The slot's state becomes what was saved of the lane; the tokens that it holds, 0 where there was nothing. */
  restore(slot: number, lane: Lane, signal: AbortSignal): Promise<number>;
  save(slot: number, lane: Lane): Promise<void>;
}

/**
 * Files that one model and build has at most. The server has no way to remove a file, so a lane's name is a number below this; two lanes
 * that meet in one overwrite each other, and the server itself compares tokens before it uses what it loaded.
 */
const mostFiles = 64;

export function createSlotStore(server: Server, stateKey: string, log: (text: string) => void): SlotStore {
  const family = digest(stateKey).slice(0, 16);
  const fileName = ({ id }: Lane): string => `cloister-${family}-${Number.parseInt(digest(id).slice(0, 8), 16) % mostFiles}.bin`;
  const note = (what: string, error: unknown): void => {
    if (!(error instanceof CloisterError) || error.code === "internal") throw error;
    log(`${what}: ${error.message}`);
  };

  return {
    async restore(slot, lane, signal) {
      const request = { path: `/slots/${slot}?action=restore`, body: { filename: fileName(lane) }, signal };
      try {
        return (await server.ask(request, z.object({ n_restored: z.number().int().nonnegative() }))).n_restored;
      } catch (error) {
        if (error instanceof CloisterError && error.code === "cancelled") throw error;
        // 400 is also what it says where there is no such file, which is usual.
        if (!(error instanceof CloisterError) || error.code !== "bad-request") note("The state of a lane was not restored", error);
        return 0;
      }
    },
    async save(slot, lane) {
      const request = { path: `/slots/${slot}?action=save`, body: { filename: fileName(lane) } };
      await server
        .ask(request, z.object({ n_saved: z.number() }))
        .catch((error: unknown) => note("The state of a lane was not saved", error));
    },
  };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
