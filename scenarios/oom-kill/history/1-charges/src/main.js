import { readFileSync } from "node:fs";
import { ChargeBook } from "./charges.js";
import { createPaymentsServer } from "./server.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const port = Number(process.env.PORT ?? 8080);

console.log(`payments ${version} starting, node ${process.version}`);
const server = createPaymentsServer({ charges: new ChargeBook() });
server.listen(port, () => console.log(`listening on :${port}`));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
