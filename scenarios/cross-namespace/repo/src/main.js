import { readFileSync } from "node:fs";
import { createGateway } from "./gateway.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
console.log(`gateway ${version} starting, node ${process.version}`);
const server = createGateway({
  sessions: process.env.SESSIONS_URL,
  services: { cart: process.env.CART_URL, catalogue: process.env.CATALOGUE_URL },
  log: (line) => console.log(line),
});
server.listen(8080, () => console.log("listening on :8080"));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
