import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { HoldBook } from "./holds.js";
import { createSeatmapServer } from "./server.js";

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const { version } = read("../package.json");
let requests = 0;

console.log(`seatmap ${version} starting, node ${process.version}`);
const server = createSeatmapServer({
  plans: read("../data/plans.json"),
  holds: new HoldBook(),
  onRequest: (method, path, status) => {
    requests++;
    if (path !== "/healthz") console.log(`${method} ${path} ${status}`);
  },
});
server.listen(8080, () => console.log("listening on :8080"));
const metrics = createServer((_, response) => response.end(`seatmap_requests_total ${requests}\n`));
metrics.listen(9100, () => console.log("metrics on :9100"));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
