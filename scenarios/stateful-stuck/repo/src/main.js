import { lookup } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { findOwnName } from "./join.js";
import { Points } from "./points.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const { POD_NAME = "broker-0", POD_IP = "127.0.0.1", MEMBERS_SERVICE = "broker" } = process.env;
const log = (line) => console.log(line);
const points = new Points();
let joined = false;

const send = (response, status, body) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
createServer((request, response) => {
  if (request.url === "/livez") return send(response, 200, { ok: true });
  if (request.url === "/readyz") return send(response, joined ? 200 : 503, { joined });
  return send(response, 404, { error: "no such route" });
}).listen(9401, () => log(`broker ${version} starting as ${POD_NAME}, members on :9401`));

await findOwnName(`${POD_NAME}.${MEMBERS_SERVICE}`, POD_IP, async (name) => (await lookup(name)).address, { log });
joined = true;
log("joined");
createServer((request, response) => {
  const url = new URL(request.url, "http://broker");
  return send(response, 200, points.of(url.searchParams.get("series") ?? ""));
}).listen(9400, () => log("clients on :9400"));
