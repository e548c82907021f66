import { createServer } from "node:http";

/** Takes scans in batches as the queue hands them out; what is no scan is counted, not kept. */
export class ScanReader {
  counts = { taken: 0, refused: 0 };

  constructor({ store }) {
    this.store = store;
  }

  take(batch) {
    for (const { parcel, at, depot, kind } of batch) {
      try {
        if (!Number.isFinite(at)) throw new RangeError("a scan has a time");
        this.store.add(parcel, { at, depot, kind });
        this.counts.taken++;
      } catch {
        this.counts.refused++;
      }
    }
    return this.counts;
  }
}

export function createMetricsServer(reader) {
  return createServer((request, response) => {
    response.writeHead(request.url === "/metrics" ? 200 : 404, { "content-type": "text/plain" });
    response.end(`tracker_scans_taken ${reader.counts.taken}\ntracker_scans_refused ${reader.counts.refused}\n`);
  });
}
