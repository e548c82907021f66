import { createServer } from "node:http";
import { FareError } from "./errors.js";

export function createFareServer({ engine, log }) {
  return createServer(async (request, response) => {
    const begun = Date.now();
    const url = new URL(request.url, "http://fares");
    let status = 200;
    let body;
    let why = "";
    try {
      body = await answer(engine, request, url);
    } catch (error) {
      status = error instanceof FareError ? error.status : 500;
      why = `: ${error.message}`;
      body = { error: error.message };
    }
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (url.pathname !== "/healthz") log(`GET ${url.pathname}${url.search} ${status} ${Date.now() - begun} ms${why}`);
  });
}

async function answer(engine, { method }, { pathname, searchParams }) {
  if (method !== "GET") throw new FareError(405, "only GET");
  if (pathname === "/healthz") return { ok: true };
  const [, route] = /^\/fares\/([A-Z]{3}-[A-Z]{3})$/.exec(pathname) ?? [];
  const day = searchParams.get("day") ?? "";
  if (pathname.startsWith("/fares/") && (route === undefined || !/^\d{4}-\d\d-\d\d$/.test(day)))
    throw new FareError(400, "write /fares/LIS-OSL?day=2026-12-01");
  if (route === undefined) throw new FareError(404, "no such route of this service");
  return engine.priceOf(route, day);
}
