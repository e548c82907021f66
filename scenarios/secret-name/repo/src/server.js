import { createServer } from "node:http";
import { assign } from "./assign.js";

/** `GET /healthz`, `POST /assignments`. `couriers()` gives the couriers on duty. */
export function createDispatchServer({ couriers }) {
  return createServer(async (request, response) => {
    const send = (status, body) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    try {
      if (request.method === "GET" && request.url === "/healthz") return send(200, { ok: true });
      if (request.method === "POST" && request.url === "/assignments") {
        let text = "";
        for await (const chunk of request) text += chunk;
        const courier = assign(JSON.parse(text), await couriers());
        return courier === undefined ? send(409, { error: "no courier has room" }) : send(201, { courier: courier.id });
      }
      return send(404, { error: "no such route" });
    } catch (error) {
      return send(error instanceof SyntaxError ? 400 : 500, { error: error.message });
    }
  });
}
