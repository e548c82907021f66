import { createServer } from "node:http";

const SLOW_MS = 1000;

/** `GET /healthz`, `POST /holds?train=&seats=`, `POST /bookings?train=&hold=`, `DELETE /bookings/:id?train=`. `ping` asks the database. */
export function createBookingsServer({ trains, ping, log = () => {} }) {
  return createServer(async (request, response) => {
    const began = performance.now();
    const url = new URL(request.url, "http://bookings");
    const send = (status, body) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(body === undefined ? "" : JSON.stringify(body));
      const took = Math.round(performance.now() - began);
      if (took > SLOW_MS) log(`slow request ${request.method} ${url.pathname} ${took} ms`);
    };
    if (request.method === "GET" && url.pathname === "/healthz") {
      const answered = await ping().then(
        () => true,
        () => false,
      );
      return send(answered ? 200 : 503, { ok: answered });
    }
    const train = trains.get(url.searchParams.get("train"));
    if (train === undefined) return send(404, { error: "no such train" });
    try {
      if (request.method === "POST" && url.pathname === "/holds") return send(201, train.hold(Number(url.searchParams.get("seats") ?? 1)));
      if (request.method === "POST" && url.pathname === "/bookings") return send(201, train.book(url.searchParams.get("hold")));
      const booking = /^\/bookings\/(B-\d+)$/.exec(url.pathname);
      if (request.method === "DELETE" && booking !== null) {
        train.cancel(booking[1]);
        return send(204);
      }
    } catch (error) {
      return send(error instanceof RangeError ? 409 : 500, { error: error.message });
    }
    return send(404, { error: "no such route" });
  });
}
