const HOUR_MS = 3_600_000;

/** The points of the last hour by series; `now` is the clock, in milliseconds. */
export class Points {
  #series = new Map();
  #now;

  constructor(now = Date.now) {
    this.#now = now;
  }

  add(series, at, value) {
    const points = this.#series.get(series) ?? [];
    points.push({ at, value });
    points.sort((a, b) => a.at - b.at);
    this.#series.set(series, points);
  }

  of(series) {
    const since = this.#now() - HOUR_MS;
    const points = (this.#series.get(series) ?? []).filter(({ at }) => at >= since);
    if (points.length === 0) this.#series.delete(series);
    else this.#series.set(series, points);
    return points;
  }
}
