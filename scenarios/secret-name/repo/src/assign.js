/** Kilometres between two points `{ lat, lon }` on a sphere; good enough within a city. */
export function kilometres(a, b) {
  const rad = Math.PI / 180;
  const x = (b.lon - a.lon) * rad * Math.cos(((a.lat + b.lat) / 2) * rad);
  const y = (b.lat - a.lat) * rad;
  return Math.hypot(x, y) * 6371;
}

/** The nearest courier with room for one more order; undefined where all are full. */
export function assign(order, couriers) {
  let best;
  for (const courier of couriers) {
    if (courier.orders >= courier.capacity) continue;
    const way = kilometres(courier.at, order.from);
    if (best === undefined || way < best.way) best = { courier, way };
  }
  return best?.courier;
}
