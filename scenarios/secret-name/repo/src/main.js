import { readSettings } from "./settings.js";
import { createDispatchServer } from "./server.js";

const settings = readSettings(process.env);
console.log(`dispatch starting, database at ${settings.databaseHost}, radius ${settings.radiusKm} km`);
const server = createDispatchServer({ couriers: async () => [] });
server.listen(settings.port, () => console.log(`listening on :${settings.port}`));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
