import { createServer } from "node:http";
import { seatsOf } from "./plans.js";

const MAX_BODY = 8 * 1024;

export function createSeatmapServer({ plans, holds, onRequest = () => {} }) {
  return createServer(async (request, response) => {
    const path = new URL(request.url, "http://seatmap").pathname;
    const send = (status, body) => {
      onRequest(request.method, path, status);
      response.writeHead(status, { "content-type": "application/json" });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    };
    if (path === "/healthz") return send(200, { ok: true });
    const plan = /^\/v1\/plans\/([\w-]+)$/.exec(path);
    if (request.method === "GET" && plan !== null) {
      if (!Object.hasOwn(plans, plan[1])) return send(404, { error: "no such venue" });
      return send(200, { seats: seatsOf(plans[plan[1]]), held: [...holds.heldSeats(plan[1])] });
    }
    const hold = /^\/v1\/holds\/([\w-]+)$/.exec(path);
    if (request.method === "DELETE" && hold !== null) return send(holds.release(hold[1]) ? 204 : 404);
    if (request.method === "POST" && path === "/v1/holds") {
      const { venue, seats } = await readJson(request).catch(() => ({}));
      if (!Object.hasOwn(plans, venue ?? "") || !Array.isArray(seats)) return send(400, { error: "expected venue and seats" });
      const { id, clash } = holds.hold(venue, seats);
      return id === undefined ? send(409, { held: clash }) : send(201, { id });
    }
    return send(404, { error: "no such route" });
  });
}

async function readJson(request) {
  let text = "";
  for await (const chunk of request) {
    text += chunk;
    if (text.length > MAX_BODY) throw new RangeError("the body is too large");
  }
  return JSON.parse(text);
}
