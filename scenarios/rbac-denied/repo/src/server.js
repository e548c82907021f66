import { createServer } from "node:http";

export function createRosterServer({ slices, isCurrent }) {
  return createServer((request, response) => {
    const path = new URL(request.url, "http://roster").pathname;
    const send = (status, body) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (path === "/healthz") return send(200, { ok: true });
    if (path === "/readyz") return send(isCurrent() ? 200 : 503, { current: isCurrent() });
    if (path === "/services") return send(200, slices.services());
    return send(404, { error: "no such route" });
  });
}
