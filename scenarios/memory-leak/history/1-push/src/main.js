import { Hub } from "./hub.js";
import { createTrackingServer } from "./server.js";

const { PORT = "8080", HOST = "0.0.0.0" } = process.env;

const hub = new Hub();
const server = createTrackingServer({ hub });
server.listen(Number(PORT), HOST, () => console.log(`tracking on ${HOST}:${PORT}`));

process.on("SIGTERM", () => process.exit(0));
