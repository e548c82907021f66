const DAY_MS = 24 * 60 * 60_000;

/** Which bookings need a reminder now: those of the next 24 hours that have had none. `at` and `now` are milliseconds. */
export function due(bookings, reminded, now) {
  return bookings.filter(({ id, at }) => at > now && at - now <= DAY_MS && !reminded.has(id));
}

/** The message. Times are those of the clinic. */
export function write({ patient, at, room }, zone = "Europe/Berlin") {
  const time = new Intl.DateTimeFormat("en-GB", { weekday: "long", hour: "2-digit", minute: "2-digit", timeZone: zone }).format(at);
  return `${patient}: your appointment is on ${time}${room === undefined ? "" : `, room ${room}`}.`;
}
