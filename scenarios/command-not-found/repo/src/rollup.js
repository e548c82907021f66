const HOUR_MS = 3_600_000;

/**
 * Adds readings up by meter and hour: `Map` of `METER@HOUR` (an ISO time) to watt-hours. A reading that comes twice, known by its id, counts once.
 * `seen` is kept by the caller from batch to batch.
 */
export function rollUp(readings, { seen = new Set(), into = new Map() } = {}) {
  for (const { id, meter, at, wattHours } of readings) {
    if (seen.has(id)) continue;
    seen.add(id);
    const hour = new Date(Math.floor(at / HOUR_MS) * HOUR_MS).toISOString();
    const key = `${meter}@${hour}`;
    into.set(key, (into.get(key) ?? 0) + wattHours);
  }
  return into;
}
