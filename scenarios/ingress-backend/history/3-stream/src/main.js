import { readFileSync } from "node:fs";
import { createTimetableServer } from "./server.js";
import { DelayStream } from "./stream.js";

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
console.log(`timetable ${read("../package.json").version} starting, node ${process.version}`);
const stream = new DelayStream();
const server = createTimetableServer({ stops: read("../data/stops.json") });
server.on("request", (request, response) => request.url === "/live" && stream.open(response));
server.listen(8080, () => console.log("listening on :8080"));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
