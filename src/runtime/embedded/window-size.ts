/** Longest window taken unasked: the bundled models are trained on no more, and state and attention grow with it. */
export const defaultWindow = 32_768;
export const smallestWindow = 512;
const step = 256;

export interface WindowQuestion {
  readonly wanted?: number | undefined;
  /** The window the model was trained on; beyond it answers fall apart. */
  readonly trained: number;
  /** Bytes that may be used for the window's state. */
  readonly memory: number;
  /** Bytes that a window of so many tokens takes. */
  readonly bytesFor: (window: number) => Promise<number>;
}

/**
 * The window to create, in tokens: what was wanted (or `defaultWindow`), never more than the model was trained on, and no more
 * than fits the memory. A window that was asked for is not made smaller for memory's sake: the engine says that it does not fit.
 */
export async function chooseWindow({ wanted, trained, memory, bytesFor }: WindowQuestion): Promise<number> {
  if (wanted !== undefined) return Math.max(Math.min(wanted, trained), Math.min(smallestWindow, trained));
  let window = Math.min(trained, defaultWindow);
  while (window > smallestWindow && (await bytesFor(window)) > memory) window = Math.max(smallestWindow, floorTo(window * 0.75, step));
  return window;
}

/** Tokens kept free for the answer when a prompt is judged: all of `maxTokens` where it is small, at most a quarter of the window. */
export function answerReserve(maxTokens: number, window: number): number {
  return Math.max(1, Math.min(maxTokens, 1024, Math.floor(window / 4)));
}

/** Longest prompt that is evaluated, in tokens. */
export function longestPrompt(maxTokens: number, window: number): number {
  return window - answerReserve(maxTokens, window);
}

function floorTo(value: number, multiple: number): number {
  return Math.floor(value / multiple) * multiple;
}
