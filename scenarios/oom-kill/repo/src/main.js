import { readFileSync } from "node:fs";
import { ChargeBook } from "./charges.js";
import { RateTable } from "./rate-table.js";
import { createPaymentsServer } from "./server.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const port = Number(process.env.PORT ?? 8080);
const source = process.env.RATES_URL;
const log = (line) => console.log(line);

log(`payments ${version} starting, node ${process.version}`);
const rates = new RateTable({ log });
const server = createPaymentsServer({ charges: new ChargeBook(), rates, currency: process.env.CURRENCY ?? "EUR" });
server.listen(port, () => log(`listening on :${port}`));
if (source !== undefined) {
  // Charges need no rates, so the service is ready before the table is.
  rates.load(source).catch((error) => log(`rate table: ${error.message}; quotes answer 503`));
}
process.on("SIGTERM", () => server.close(() => process.exit(0)));
