import { readFileSync } from "node:fs";
import { ChargeBook } from "./charges.js";
import { RemoteRates } from "./rates.js";
import { createPaymentsServer } from "./server.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const port = Number(process.env.PORT ?? 8080);

console.log(`payments ${version} starting, node ${process.version}`);
const rates = new RemoteRates(process.env.RATES_URL);
const server = createPaymentsServer({ charges: new ChargeBook(), rates, currency: process.env.CURRENCY ?? "EUR" });
server.listen(port, () => console.log(`listening on :${port}`));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
