import { Catalog } from "./catalog.js";
import { createQueueServer } from "./server.js";

const { PORT = "8080", HOST = "0.0.0.0", CATALOG_URL, CATALOG_DEADLINE_MS = "2000" } = process.env;

const catalog = new Catalog({ url: CATALOG_URL, deadlineMs: Number(CATALOG_DEADLINE_MS) });
const server = createQueueServer({ catalog, log: console.log });
server.listen(Number(PORT), HOST, () => console.log(`queue on ${HOST}:${PORT}, catalog at ${CATALOG_URL}`));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
