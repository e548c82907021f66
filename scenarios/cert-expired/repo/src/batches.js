/** Groups transfers by currency into batches of at most `size`; amounts are minor units. */
export function batch(transfers, size = 500) {
  const byCurrency = new Map();
  for (const transfer of transfers) {
    if (!Number.isInteger(transfer.amount) || transfer.amount <= 0) throw new RangeError(`transfer ${transfer.id}: no amount`);
    const list = byCurrency.get(transfer.currency);
    if (list === undefined) byCurrency.set(transfer.currency, [transfer]);
    else list.push(transfer);
  }
  return [...byCurrency].flatMap(([currency, list]) =>
    Array.from({ length: Math.ceil(list.length / size) }, (_, index) => {
      const part = list.slice(index * size, (index + 1) * size);
      return { currency, transfers: part, sum: part.reduce((sum, { amount }) => sum + amount, 0) };
    }),
  );
}
