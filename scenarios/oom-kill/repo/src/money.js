/** Amounts are whole minor units (cents). */
export function checkAmount(amount) {
  if (!Number.isSafeInteger(amount) || amount <= 0) throw new RangeError(`amount is not a positive whole number of minor units: ${amount}`);
  return amount;
}

/** Rounds half to even, as the bank does. */
export function convert(amount, rate) {
  const exact = checkAmount(amount) * rate;
  const floor = Math.floor(exact);
  const part = exact - floor;
  if (part !== 0.5) return Math.round(exact);
  return floor % 2 === 0 ? floor : floor + 1;
}
