import { createServer } from "node:http";
import { isTaken, memoryFor, thumbSize } from "./sizes.js";

/** `GET /healthz`, `GET /thumb/:picture?size=`. `pictures` answers with width and height by name; what is drawn is not this file's business. */
export function createThumbsServer({ pictures, maxMegapixels, log = () => {} }) {
  return createServer((request, response) => {
    const url = new URL(request.url, "http://thumbs");
    const send = (status, body) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (url.pathname === "/healthz") return send(200, { ok: true });
    const [, name] = /^\/thumb\/([\w.-]+)$/.exec(url.pathname) ?? [];
    const picture = name === undefined ? undefined : pictures.get(name);
    if (picture === undefined) return send(404, { error: "no such picture" });
    if (!isTaken(picture, maxMegapixels)) {
      const megapixels = Math.round((picture.width * picture.height) / 1e6);
      log(`${name} skipped: ${megapixels} megapixels, would need ${Math.ceil(memoryFor(picture) / 2 ** 20)} MiB`);
      return send(415, { error: `pictures of more than ${maxMegapixels} megapixels are not taken` });
    }
    try {
      return send(200, thumbSize(picture, url.searchParams.get("size") ?? "m"));
    } catch (error) {
      return send(400, { error: error.message });
    }
  });
}
