/**
 * Lists once, then follows the stream of changes; where that breaks, all over again after `wait` milliseconds. `onState(true)` while it follows.
 */
export async function follow({ list, changes, slices, onState, log, wait = 5000, signal }) {
  while (!signal?.aborted) {
    try {
      const { items, version } = await list();
      slices.replace(items);
      log(`listed ${items.length} endpoint slices at version ${version}`);
      const stream = await changes(version);
      onState(true);
      for await (const change of stream) slices.apply(change);
    } catch (error) {
      log(`reflector: ${error.message}`);
    }
    onState(false);
    await new Promise((done) => setTimeout(done, wait));
  }
}
