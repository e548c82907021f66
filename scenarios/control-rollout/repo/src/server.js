import { createServer } from "node:http";
import { rank } from "./rank.js";

/** `GET /livez`, `GET /readyz`, `GET /front?section=`. `state.articles` is undefined until the archive is read. */
export function createFeedServer({ state, weights, now = Date.now }) {
  return createServer((request, response) => {
    const url = new URL(request.url, "http://feed");
    const send = (status, body) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (url.pathname === "/livez") return send(200, { ok: true });
    if (url.pathname === "/readyz") return send(state.articles === undefined ? 503 : 200, { ok: state.articles !== undefined });
    if (url.pathname !== "/front") return send(404, { error: "no such route" });
    if (state.articles === undefined) return send(503, { error: "the archive is still being read" });
    const section = url.searchParams.get("section");
    const articles = section === null ? state.articles : state.articles.filter((article) => article.section === section);
    return send(200, rank(articles, weights, now()));
  });
}
