/**
 * Every exchange rate of the last 100 days, in memory: quotes ask no other service. The rates service sends one JSON array
 * a line, `["2026-11-16","EUR","USD",1.0821]`, newest day first, and the number of lines in the header `x-row-count`.
 */
const MIB = 1024 * 1024;
const PROCESS_BYTES = 45 * MIB;
const ROW_BYTES = 490;
const REPORT_EVERY = 5_000;

export class RateTable {
  #rates = new Map();
  #latest = new Map();
  #log;

  constructor({ log = () => {} } = {}) {
    this.#log = log;
  }

  get size() {
    return this.#rates.size;
  }

  /** The rate of a day, or the newest one when no day is given; undefined when it is not known. */
  rate(from, to, day = this.#latest.get(`${from}/${to}`)) {
    if (from === to) return 1;
    return this.#rates.get(`${day}/${from}/${to}`);
  }

  add([day, from, to, rate]) {
    const pair = `${from}/${to}`;
    if (!(this.#latest.get(pair) >= day)) this.#latest.set(pair, day);
    this.#rates.set(`${day}/${pair}`, rate);
  }

  async load(source) {
    const response = await fetch(source);
    if (!response.ok) throw new Error(`${source} answered ${response.status}`);
    const expected = Number(response.headers.get("x-row-count") ?? 0);
    const needs = Math.round((PROCESS_BYTES + expected * ROW_BYTES) / MIB);
    this.#log(`rate table: loading ${expected} rows from ${source}, needs about ${needs} MiB`);
    let rest = "";
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        this.add(JSON.parse(line));
        if (this.size % REPORT_EVERY === 0) this.#report(expected);
      }
    }
    if (rest.trim() !== "") this.add(JSON.parse(rest));
    this.#log(`rate table: ready, ${this.size} rows`);
  }

  #report(expected) {
    const rss = Math.round(process.memoryUsage.rss() / MIB);
    this.#log(`rate table: ${this.size} of ${expected} rows, rss ${rss} MiB`);
  }
}
