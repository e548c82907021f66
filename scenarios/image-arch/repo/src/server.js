import { createServer } from "node:http";
import { render } from "./svg.js";

const maxBytes = 1024 * 1024;

export function createRenderer({ log = () => {}, now = () => performance.now() } = {}) {
  return createServer(async (request, response) => {
    const send = (status, type, body) => {
      response.writeHead(status, { "content-type": type });
      response.end(body);
    };
    if (request.url === "/healthz") return send(200, "text/plain", "ok");
    if (request.method !== "POST" || request.url !== "/previews") return send(404, "text/plain", "no such route");
    const started = now();
    try {
      const chunks = [];
      let bytes = 0;
      for await (const chunk of request) {
        if ((bytes += chunk.length) > maxBytes) return send(413, "text/plain", "a design has at most 1 MiB");
        chunks.push(chunk);
      }
      const preview = render(JSON.parse(Buffer.concat(chunks).toString("utf8")));
      log(`preview of ${preview.length} characters in ${Math.round(now() - started)} ms`);
      return send(200, "image/svg+xml", preview);
    } catch (error) {
      return send(400, "text/plain", error.message);
    }
  });
}
