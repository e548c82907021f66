/** Like `Promise.all` over a map, but with no more than `few` at work at once: a server is not asked a hundred things at the same time. */
export async function mapFew<T, R>(items: readonly T[], few: number, map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = Array.from({ length: items.length });
  const left = items.entries();
  const work = async (): Promise<void> => {
    // Shared by all workers: each takes the next one that nobody has.
    for (const [at, item] of left) results[at] = await map(item);
  };
  await Promise.all(Array.from({ length: Math.min(few, items.length) }, work));
  return results;
}
