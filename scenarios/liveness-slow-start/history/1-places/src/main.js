import { createReadStream, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { PlaceIndex, announce } from "./place-index.js";
import { createGeocoder } from "./server.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const file = process.env.INDEX;
const port = Number(process.env.PORT ?? 8080);
const started = Date.now();
const log = (line) => console.log(line);

log(`geocoder ${version} starting, node ${process.version}`);
const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity })[Symbol.asyncIterator]();
const { count, seconds } = announce((await lines.next()).value);
log(`index: reading ${file}, ${(count / 1e6).toFixed(1)} million places, takes about ${seconds} s`);
const index = new PlaceIndex();
for await (const _ of index.read(lines));
log(`index: ${index.size} places read in ${Math.round((Date.now() - started) / 1000)} s`);
const server = createGeocoder(index).listen(port, () => log(`listening on :${port}`));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
