import { readFileSync } from "node:fs";
import { createCatalogServer } from "./server.js";

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const { version } = read("../package.json");
const port = Number(process.env.PORT ?? 8080);

console.log(`catalog ${version} starting, node ${process.version}`);
const titles = read("../data/titles.json");
console.log(`index: ${titles.length} titles`);
const server = createCatalogServer({ titles, pageSize: Number(process.env.PAGE_SIZE ?? 24) });
server.listen(port, () => console.log(`listening on :${port}`));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
