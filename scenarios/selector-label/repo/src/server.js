import { createServer } from "node:http";

/** `GET /healthz` and `GET /parcels/:id`. */
export function createTrackerServer({ store, log = () => {} }) {
  return createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://tracker");
    const send = (status, body) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
      if (pathname !== "/healthz") log(`${request.method} ${pathname} ${status}`);
    };
    if (request.method !== "GET") return send(405, { error: "tracking is read only" });
    if (pathname === "/healthz") return send(200, { ok: true });
    const [, parcel] = /^\/parcels\/([\w-]+)$/.exec(pathname) ?? [];
    if (parcel === undefined) return send(404, { error: "no such page" });
    const found = store.read(parcel);
    return found === undefined ? send(404, { error: "no such parcel" }) : send(200, found);
  });
}
