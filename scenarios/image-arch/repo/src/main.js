import { readFileSync } from "node:fs";
import { createRenderer } from "./server.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const port = Number(process.env.PORT ?? 8080);
const log = (line) => console.log(line);

log(`renderer ${version} on ${process.platform}/${process.arch}, node ${process.version}`);
const server = createRenderer({ log }).listen(port, () => log(`listening on :${port}`));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
