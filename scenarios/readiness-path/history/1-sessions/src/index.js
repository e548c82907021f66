import { readFileSync } from "node:fs";
import { createSessionServer, routesOf } from "./routes.js";
import { Sessions } from "./sessions.js";
import { openStore } from "./store.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const log = (line) => console.log(line);
const port = Number(process.env.PORT ?? 8080);

log(`sessions ${version} starting, node ${process.version}`);
const store = openStore(process.env.STORE, log);
const routes = routesOf({ sessions: new Sessions({ store: store.map }), isConnected: store.isConnected });
const server = createSessionServer(routes, log);
server.listen(port, () => log(`listening on :${port}`));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
