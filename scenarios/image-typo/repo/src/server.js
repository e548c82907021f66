import { createServer } from "node:http";
import { page } from "./page.js";
import { sortTitles } from "./sort.js";

/** `GET /healthz` and `GET /titles?sort=name|year|price&page=1`. */
export function createCatalogServer({ titles, pageSize }) {
  return createServer((request, response) => {
    const url = new URL(request.url, "http://catalog");
    const send = (status, body) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (request.method !== "GET") return send(405, { error: "the catalog is read only" });
    if (url.pathname === "/healthz") return send(200, { ok: true });
    if (url.pathname !== "/titles") return send(404, { error: "no such route" });
    try {
      const sorted = sortTitles(titles, url.searchParams.get("sort") ?? "name");
      return send(200, page(sorted, Number(url.searchParams.get("page") ?? 1), pageSize));
    } catch (error) {
      return send(400, { error: error.message });
    }
  });
}
