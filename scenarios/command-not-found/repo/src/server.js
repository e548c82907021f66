import { createServer } from "node:http";

const MAX_BODY = 64 * 1024;

/** `GET /healthz`, `POST /readings`, `GET /usage?meter=&from=&to=`. `queue.push` takes readings, `hours` is what the worker wrote. */
export function createUsageServer({ queue, hours }) {
  return createServer(async (request, response) => {
    const url = new URL(request.url, "http://usage");
    const send = (status, body) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (url.pathname === "/healthz") return send(200, { ok: true });
    if (request.method === "POST" && url.pathname === "/readings") {
      let text = "";
      for await (const chunk of request) {
        text += chunk;
        if (text.length > MAX_BODY) return send(413, { error: "too many readings at once" });
      }
      try {
        const readings = JSON.parse(text);
        queue.push(...readings);
        return send(202, { taken: readings.length });
      } catch {
        return send(400, { error: "expected a list of readings" });
      }
    }
    if (request.method === "GET" && url.pathname === "/usage") {
      const [meter, from, to] = ["meter", "from", "to"].map((name) => url.searchParams.get(name) ?? "");
      const found = [...hours].filter(([key]) => key.startsWith(`${meter}@`) && key >= `${meter}@${from}` && key < `${meter}@${to}`);
      return send(200, Object.fromEntries(found));
    }
    return send(404, { error: "no such route" });
  });
}
