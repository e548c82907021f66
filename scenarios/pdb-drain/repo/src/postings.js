/** Checks the lines of an entry (`[{ account, amount }]`, minor units) and gives the balance that each account moves by. */
export function post(lines) {
  if (lines.length < 2) throw new RangeError("an entry has two lines at least");
  const moves = new Map();
  let sum = 0;
  for (const { account, amount } of lines) {
    if (!Number.isSafeInteger(amount)) throw new RangeError(`no whole number of minor units: ${amount}`);
    moves.set(account, (moves.get(account) ?? 0) + amount);
    sum += amount;
  }
  if (sum !== 0) throw new RangeError(`the lines add up to ${sum}`);
  return moves;
}
