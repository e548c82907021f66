import { createServer } from "node:http";
import { departuresOf } from "./departures.js";

export function createTimetableServer({ stops, now = () => new Date() }) {
  return createServer((request, response) => {
    const path = new URL(request.url, "http://timetable").pathname;
    const send = (status, body) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (path === "/healthz") return send(200, { ok: true });
    const stop = /^\/stops\/([\w-]+)$/.exec(path)?.[1];
    if (stop === undefined || !Object.hasOwn(stops, stop)) return send(404, { error: "no such stop" });
    return send(200, { stop, departures: departuresOf(stops[stop], now()) });
  });
}
