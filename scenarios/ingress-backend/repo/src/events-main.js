import { readFileSync } from "node:fs";
import { createEventsServer } from "./server.js";
import { DelayStream } from "./stream.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
console.log(`timetable-events ${version} starting, node ${process.version}`);
const stream = new DelayStream();
const server = createEventsServer({ stream });
server.listen(8090, () => console.log("listening on :8090"));
setInterval(() => console.log(`${stream.size} open streams`), 600_000).unref();
process.on("SIGTERM", () => server.close(() => process.exit(0)));
