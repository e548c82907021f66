/**
 * How many threads decode. llama.cpp's threads wait for each other hundreds of times a token, spinning; when another program takes
 * a core from one of them, all wait for it, and decoding does not slow down by a share but collapses (2 threads on 2 busy cores:
 * 3 tokens a second, 1 thread: 30). A spinning thread uses its core whole, so processor time that falls short of threads times
 * wall time says that cores were taken away: then fewer threads are faster.
 */
export interface ThreadGovernor {
  /** For the next step. */
  readonly threads: number;
  /** One decoding step is done: processor and wall time in milliseconds, and the time now. */
  observe(step: { readonly cpuMs: number; readonly wallMs: number; readonly now: number }): void;
}

/** Below this share of what the threads could use, cores are being taken away. Sampling on one thread alone does not come so low. */
const crowded = 0.7;
/** Above this share there was nobody else, and one may ask whether there is room for more. */
const alone = 0.85;
const windowMs = 120;
const firstPatienceMs = 1_000;
const longestPatienceMs = 60_000;

/** Never more than `most` threads. */
export function createThreadGovernor(most: number): ThreadGovernor {
  const levels = halvings(most);
  let level = 0;
  let patienceMs = firstPatienceMs;
  let retryAt = 0;
  let probing = false;
  let seen = { cpuMs: 0, wallMs: 0, steps: 0 };

  const threads = (): number => levels[level] ?? 1;

  function move(to: number): void {
    level = to;
    seen = { cpuMs: 0, wallMs: 0, steps: 0 };
  }

  return {
    get threads() {
      return threads();
    },
    observe({ cpuMs, wallMs, now }) {
      seen = { cpuMs: seen.cpuMs + cpuMs, wallMs: seen.wallMs + wallMs, steps: seen.steps + 1 };
      if (seen.wallMs < windowMs || seen.steps < 2) return;
      const share = seen.cpuMs / (seen.wallMs * threads());
      seen = { cpuMs: 0, wallMs: 0, steps: 0 };
      if (share < crowded && level + 1 < levels.length) {
        // Asking in vain costs a few slow tokens: ask more and more seldom.
        if (probing) patienceMs = Math.min(patienceMs * 2, longestPatienceMs);
        probing = false;
        retryAt = now + patienceMs;
        move(level + 1);
      } else if (probing && share >= crowded) {
        probing = false;
        patienceMs = firstPatienceMs;
        retryAt = now;
      } else if (level > 0 && share >= alone && now >= retryAt) {
        probing = true;
        move(level - 1);
      }
    },
  };
}

/** `8` gives 8, 4, 2, 1. */
function halvings(most: number): number[] {
  const levels = [Math.max(1, most)];
  for (let last = levels[0] ?? 1; last > 1; levels.push(last)) last = Math.floor(last / 2);
  return levels;
}
