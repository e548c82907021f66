import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { Train } from "./seats.js";
import { createBookingsServer } from "./server.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const port = Number(process.env.PORT ?? 8080);
const database = { host: process.env.DB_HOST ?? "localhost", port: Number(process.env.DB_PORT ?? 5432) };
const log = (line) => console.log(line);

/** Resolves when the database takes a connection, rejects when it has not within 900 ms. */
function ping() {
  return new Promise((done, failed) => {
    const socket = connect({ ...database, timeout: 900 }, () => done(socket.end()));
    socket.on("error", failed).on("timeout", () => failed(socket.destroy()));
  });
}

const trains = new Map((process.env.TRAINS ?? "").split(",").filter(Boolean).map((name) => [name, new Train({ seats: 412 })]));
const server = createBookingsServer({ trains, ping, log });
server.listen(port, () => log(`bookings ${version} listening on :${port}, ${trains.size} trains`));
process.on("SIGTERM", () => {
  log("SIGTERM, closing");
  server.close(() => process.exit(0));
});
