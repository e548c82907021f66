import { createServer } from "node:http";
import { serviceFor } from "./routes.js";

export function createGateway({ sessions, services, ask = fetch, log = () => {} }) {
  return createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://gateway");
    if (pathname === "/healthz") return answer(response, 200, "ok");
    if (request.method === "POST" && pathname === "/login") return login(request, response, { sessions, ask, log });
    const service = serviceFor(pathname, services);
    if (service === undefined) return answer(response, 404, "no such page");
    const behind = await ask(`${service}${pathname}`).catch(() => undefined);
    return answer(response, behind?.status ?? 502, (await behind?.text()) ?? "");
  });
}

async function login(request, response, { sessions, ask, log }) {
  let body = "";
  for await (const chunk of request) body += chunk;
  try {
    const made = await ask(`${sessions}/v1/sessions`, { method: "POST", body });
    return answer(response, made.status, await made.text());
  } catch (error) {
    return answer(response, 502, `sessions: ${error.cause?.message ?? error.message}`, log);
  }
}

function answer(response, status, text, log) {
  log?.(`POST /login ${status}: ${text}`);
  response.writeHead(status).end(text);
}
