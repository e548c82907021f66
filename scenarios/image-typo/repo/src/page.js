/** One page of a list; pages count from 1. */
export function page(list, number, size) {
  const pages = Math.max(1, Math.ceil(list.length / size));
  if (!Number.isInteger(number) || number < 1 || number > pages) throw new RangeError(`no page ${number}; there are ${pages}`);
  return { page: number, pages, titles: list.slice((number - 1) * size, number * size) };
}
