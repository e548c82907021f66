import { FareEngine } from "./engine.js";
import { createFareServer } from "./server.js";

const env = process.env;
const [host, port] = (env.ENGINE_ADDRESS ?? "fare-engine:7070").split(":");
const engine = new FareEngine({ host, port: Number(port), timeoutMs: Number(env.ENGINE_TIMEOUT_MS ?? 3000) });
const server = createFareServer({ engine, log: console.log });

server.listen(Number(env.PORT ?? 8080), env.HOST ?? "0.0.0.0", () => console.log(`fares listening, engine at ${host}:${port}`));
process.once("SIGTERM", () => server.close(() => process.exit(0)));
