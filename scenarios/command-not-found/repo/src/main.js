import { readFileSync } from "node:fs";
import { createUsageServer } from "./server.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const queueUrl = process.env.QUEUE_URL ?? "http://queue";
const queue = { push: (...readings) => void fetch(`${queueUrl}/readings`, { method: "POST", body: JSON.stringify(readings) }).catch(() => {}) };
const port = Number(process.env.PORT ?? 8080);
createUsageServer({ queue, hours: new Map() }).listen(port, () => console.log(`usage ${version} (api) listening on :${port}, node ${process.version}`));
