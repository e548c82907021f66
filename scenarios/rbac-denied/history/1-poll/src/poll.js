/** Lists the slices every 15 seconds. */
export function poll({ list, put, every = 15_000 }) {
  const once = async () => put(await list());
  void once();
  return setInterval(once, every);
}
