/** Kilometres between two points `{ lat, lon }` on a sphere; good enough within a city. */
export function kilometres(a, b) {
  const rad = Math.PI / 180;
  const x = (b.lon - a.lon) * rad * Math.cos(((a.lat + b.lat) / 2) * rad);
  const y = (b.lat - a.lat) * rad;
  return Math.hypot(x, y) * 6371;
}

/** The nearest courier. */
export function assign(order, couriers) {
  return couriers.toSorted((a, b) => kilometres(a.at, order.from) - kilometres(b.at, order.from))[0];
}
