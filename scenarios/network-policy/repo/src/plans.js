/** Rows of a venue as a list of seat names, `A1` and on. */
export function seatsOf(plan) {
  return Object.entries(plan).flatMap(([row, count]) => Array.from({ length: count }, (_, at) => `${row}${at + 1}`));
}
