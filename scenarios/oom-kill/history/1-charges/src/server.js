import { createServer } from "node:http";

const MAX_BODY = 16 * 1024;

/** `GET /healthz`, `POST /charges`, `POST /charges/:id/refund`. Amounts are in minor units. */
export function createPaymentsServer({ charges }) {
  return createServer(async (request, response) => {
    const url = new URL(request.url, "http://payments");
    const send = (status, body) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    try {
      if (request.method === "GET" && url.pathname === "/healthz") return send(200, { ok: true });
      if (request.method === "POST" && url.pathname === "/charges") {
        const key = request.headers["idempotency-key"];
        if (key === undefined) return send(400, { error: "the header idempotency-key is missing" });
        return send(201, charges.charge(key, await readJson(request)));
      }
      const refund = /^\/charges\/([\w-]+)\/refund$/.exec(url.pathname);
      if (request.method === "POST" && refund !== null) return send(200, charges.refund(refund[1]));
      return send(404, { error: "no such route" });
    } catch (error) {
      return send(error instanceof RangeError || error instanceof SyntaxError ? 400 : 500, { error: error.message });
    }
  });
}

async function readJson(request) {
  let text = "";
  for await (const chunk of request) {
    text += chunk;
    if (text.length > MAX_BODY) throw new RangeError("the body is too large");
  }
  return JSON.parse(text);
}
