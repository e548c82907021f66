/** The lines of one account's day, with the balance after each. Amounts are whole cents. */
export function statementOf({ account, opening, bookings }) {
  let balance = opening;
  const lines = bookings
    .toSorted((a, b) => a.at.localeCompare(b.at))
    .map(({ at, text, amount }) => ({ at, text, amount, balance: (balance += amount) }));
  return { account, opening, closing: balance, lines };
}

/** What all accounts add up to has to be what was booked between them: nothing. */
export function checkSum(statements) {
  return statements.reduce((sum, { opening, closing }) => sum + closing - opening, 0);
}
