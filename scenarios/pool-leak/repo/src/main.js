import { Connection } from "./connection.js";
import { FareEngine } from "./engine.js";
import { Pool } from "./pool.js";
import { createFareServer } from "./server.js";

const env = process.env;
const [host, port] = (env.ENGINE_ADDRESS ?? "fare-engine:7070").split(":");
const timeoutMs = Number(env.ENGINE_TIMEOUT_MS ?? 3000);

const pool = new Pool({
  open: () => Connection.open({ host, port: Number(port), timeoutMs }),
  size: Number(env.POOL_SIZE ?? 8),
  waitMs: Number(env.POOL_WAIT_MS ?? 5000),
});
const server = createFareServer({ engine: new FareEngine(pool), log: console.log });

server.listen(Number(env.PORT ?? 8080), env.HOST ?? "0.0.0.0", () => console.log(`fares listening, engine at ${host}:${port}, pool of ${pool.size}`));
setInterval(() => pool.waiting > 0 && console.log(`pool: ${pool.used} of ${pool.size} connections in use, ${pool.waiting} requests waiting`), 15_000).unref();
process.once("SIGTERM", () => server.close(() => process.exit(0)));
