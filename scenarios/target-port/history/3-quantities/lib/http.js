import { createServer } from "node:http";
import { priceOf } from "./rules.js";

/** `articles`: a Map by number. */
export function createPricing({ articles, limit }) {
  return createServer((request, response) => {
    const url = new URL(request.url, "http://pricing");
    const answer = (status, body) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (url.pathname === "/ready") return answer(articles.size > 0 ? 200 : 503, { articles: articles.size });
    const number = /^\/prices\/([\w-]+)$/.exec(url.pathname)?.[1];
    const article = articles.get(number);
    if (article === undefined) return answer(404, { error: "no such article" });
    try {
      const quantity = Number(url.searchParams.get("quantity") ?? 1);
      return answer(200, priceOf(article, { quantity, group: url.searchParams.get("group") ?? undefined }, limit));
    } catch (error) {
      return answer(400, { error: error.message });
    }
  });
}
