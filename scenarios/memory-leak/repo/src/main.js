import { Hub } from "./hub.js";
import { createTrackingServer } from "./server.js";

const { PORT = "8080", HOST = "0.0.0.0", HEARTBEAT_MS = "15000" } = process.env;

const hub = new Hub({ keep: 20 });
const server = createTrackingServer({ hub, heartbeatMs: Number(HEARTBEAT_MS) });
server.listen(Number(PORT), HOST, () => console.log(`tracking on ${HOST}:${PORT}`));

const mib = (bytes) => Math.round(bytes / 1024 / 1024);
setInterval(() => {
  const { rss, heapUsed } = process.memoryUsage();
  console.log(`${hub.size} watchers of ${hub.parcels} parcels, rss ${mib(rss)} MiB, heap ${mib(heapUsed)} MiB`);
}, 600_000).unref();
process.on("SIGTERM", () => process.exit(0));
