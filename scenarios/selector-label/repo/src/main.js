import { readFileSync } from "node:fs";
import { ParcelStore } from "./parcels.js";
import { ScanReader, createMetricsServer } from "./scans.js";
import { createTrackerServer } from "./server.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const name = process.env.PROCESS ?? "web";
const log = (line) => console.log(line);
const store = new ParcelStore();

log(`tracker ${version} (${name}) starting, node ${process.version}`);
const [server, port] =
  name === "scans"
    ? [createMetricsServer(new ScanReader({ store })), Number(process.env.METRICS_PORT ?? 9102)]
    : [createTrackerServer({ store, log }), Number(process.env.PORT ?? 8080)];
server.listen(port, () => log(`listening on :${port}`));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
