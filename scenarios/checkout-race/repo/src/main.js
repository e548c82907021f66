import { readFileSync } from "node:fs";
import { Inventory } from "./inventory.js";
import { Pricing } from "./pricing.js";
import { createCheckoutServer } from "./server.js";
import { Store } from "./store.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const { PORT = "8080", HOST = "0.0.0.0", DATA_DIR = "/data", PRICING_URL, STORE_DELAY_MS = "0" } = process.env;

console.log(`checkout ${version} starting, node ${process.version}`);
const store = await Store.open(DATA_DIR, { delayMs: Number(STORE_DELAY_MS) });
console.log(`store: ${store.size} editions in ${DATA_DIR}`);
const inventory = new Inventory({ store, pricing: new Pricing(PRICING_URL) });
const server = createCheckoutServer({ inventory, log: console.log });
server.listen(Number(PORT), HOST, () => console.log(`listening on ${HOST}:${PORT}`));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
