import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { Slots } from "./slots.js";

/** `GET /healthz`, `GET /slots?day=`, `POST /slots/:id/hold?patient=`, `POST /slots/:id/book?patient=`. */
export function createAppointmentsServer(slots) {
  return createServer((request, response) => {
    const url = new URL(request.url, "http://appointments");
    const send = (status, body) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (url.pathname === "/healthz") return send(200, { ok: true });
    if (request.method === "GET" && url.pathname === "/slots") return send(200, slots.free(url.searchParams.get("day")));
    const [, id, deed] = /^\/slots\/([\w-]+)\/(hold|book)$/.exec(url.pathname) ?? [];
    const patient = url.searchParams.get("patient");
    if (request.method !== "POST" || deed === undefined) return send(404, { error: "no such route" });
    if (patient === null) return send(400, { error: "who books?" });
    try {
      return send(200, deed === "book" ? slots.book(id, patient) : { held: slots.hold(id, patient) === undefined });
    } catch (error) {
      return send(409, { error: error.message });
    }
  });
}

if (process.argv[1] === import.meta.filename || process.argv[1] === import.meta.dirname) {
  const { version } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));
  const port = Number(process.env.PORT ?? 8080);
  createAppointmentsServer(new Slots([])).listen(port, () => console.log(`appointments ${version} listening on :${port}`));
}
