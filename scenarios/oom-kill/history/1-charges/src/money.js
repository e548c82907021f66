/** Amounts are whole minor units (cents). */
export function checkAmount(amount) {
  if (!Number.isSafeInteger(amount) || amount <= 0) throw new RangeError(`amount is not a positive whole number of minor units: ${amount}`);
  return amount;
}
