import { setTimeout as sleep } from "node:timers/promises";

const pauses = [100, 200];

/** Repeats a read that fails for a passing reason. */
export async function withRetries(read, { deadlineMs }) {
  const end = Date.now() + deadlineMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await read();
    } catch (error) {
      const pause = pauses[attempt - 1];
      if (error.final || pause === undefined || Date.now() + pause >= end) {
        error.message += `, attempt ${attempt}`;
        throw error;
      }
      await sleep(pause * (0.75 + Math.random() / 2));
    }
  }
}
