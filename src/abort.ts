/** A controller that others can abort. */
export interface LinkedAbort extends AbortController {
  /** To be called when the work is over: the others no longer know of it. */
  release(): void;
}

/**
 * A controller that is aborted with any of these signals. `AbortSignal.any` does the same without an end: in Node 20 each of its signals leaves a weak
 * reference on those that it follows, and what the work held stays until the next full collection. For work that is over long before its signals are.
 */
export function linkAbort(...signals: readonly AbortSignal[]): LinkedAbort {
  const controller = new AbortController();
  const follow = ({ target }: Event): void => controller.abort((target as AbortSignal).reason);
  const release = (): void => {
    for (const signal of signals) signal.removeEventListener("abort", follow);
  };
  for (const signal of signals) {
    if (signal.aborted) controller.abort(signal.reason);
    else signal.addEventListener("abort", follow);
  }
  return Object.assign(controller, { release });
}
