#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { Lookup } from "./lookup.js";
import { readOptions } from "./options.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
console.log(`geocode ${version}`);
const options = readOptions(process.argv.slice(2));
const rows = readFileSync(options.places, "utf8").trim().split("\n");
const lookup = new Lookup(rows.map((row) => row.split(";")).map(([name, lat, lon]) => ({ name, lat, lon })), { entries: options.cacheEntries });
console.log(`${rows.length} places, ${options.cacheEntries} answers kept`);
if (options.command === "batch") {
  for (const name of readFileSync(options.input, "utf8").trim().split("\n")) console.log(JSON.stringify(lookup.find(name) ?? { name }));
} else {
  createServer((request, response) => {
    const url = new URL(request.url, "http://geocode");
    if (url.pathname === "/healthz") return response.end("ok\n");
    const place = lookup.find(url.searchParams.get("q") ?? "");
    response.writeHead(place === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(place ?? {}));
  }).listen(options.port, () => console.log(`listening on :${options.port}`));
}
