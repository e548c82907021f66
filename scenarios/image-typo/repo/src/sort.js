const orders = {
  name: (a, b) => a.name.localeCompare(b.name, "en"),
  year: (a, b) => b.year - a.year || orders.name(a, b),
  // Prices are minor units. A title without a price is not for sale and comes last.
  price: (a, b) => (a.price ?? Infinity) - (b.price ?? Infinity) || orders.name(a, b),
};

export function sortTitles(titles, order) {
  if (!Object.hasOwn(orders, order)) throw new RangeError(`no order ${order}; there are ${Object.keys(orders).join(", ")}`);
  return [...titles].sort(orders[order]);
}
