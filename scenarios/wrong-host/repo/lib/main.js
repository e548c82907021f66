import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { openQueue, queueAddress } from "./queue.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const { QUEUE_URL, MAIL_FROM = "shop@acme.example", PORT = "8081" } = process.env;

console.log(`notify ${version}, mails come from ${MAIL_FROM}`);
const { host, port } = queueAddress(QUEUE_URL);
console.log(`opening queue at ${host}:${port}`);
await openQueue(QUEUE_URL);
console.log("queue open, waiting for messages");
createServer((_, response) => response.end("ok\n")).listen(Number(PORT));
