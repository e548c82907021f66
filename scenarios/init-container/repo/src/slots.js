/** Times are whole minutes after midnight. */
export function endOf({ start, first = false }) {
  return start + (first ? 40 : 20);
}

/** Whether a new appointment fits between those that are there. */
export function fits(booked, wanted) {
  return booked.every((one) => endOf(one) <= wanted.start || endOf(wanted) <= one.start);
}
