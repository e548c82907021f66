#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { createPricing } from "../lib/http.js";
import { readSettings } from "../lib/settings.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const { port, limit } = readSettings(process.env);
const articles = new Map([["A-100", { price: 1990, groups: { trade: 12 }, quantities: [{ from: 10, percent: 5 }, { from: 100, percent: 15 }] }]]);
console.log(`pricing ${version}: ${articles.size} articles, discounts up to ${limit} %`);
const server = createPricing({ articles, limit });
server.listen(port, () => console.log(`listening on 0.0.0.0:${port}`));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
