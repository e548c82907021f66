/** Splits accounts into batches; one that failed is done again by the next run, the others are not. */
export function batchesOf(accounts, size, done = new Set()) {
  const open = accounts.filter((account) => !done.has(account));
  const batches = [];
  for (let at = 0; at < open.length; at += size) batches.push(open.slice(at, at + size));
  return batches;
}
