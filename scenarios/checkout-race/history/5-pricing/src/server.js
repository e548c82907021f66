import { createServer } from "node:http";
import { CheckoutError } from "./errors.js";

const MAX_BODY = 16 * 1024;

export function createCheckoutServer({ inventory, log }) {
  return createServer(async (request, response) => {
    const begun = performance.now();
    const { pathname } = new URL(request.url, "http://checkout");
    const send = (status, body, note = "") => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
      if (pathname !== "/healthz") log(`${request.method} ${pathname} ${status} ${Math.round(performance.now() - begun)} ms${note}`);
    };
    try {
      const [status, body] = await answer(inventory, request, pathname);
      send(status, body, body.copy === undefined ? "" : `, copy ${body.copy} of ${body.edition}`);
    } catch (error) {
      if (error instanceof CheckoutError) send(error.status, { error: error.message });
      else send(500, { error: "internal error" }, `: ${error.message}`);
    }
  });
}

async function answer(inventory, request, pathname) {
  const route = `${request.method} ${pathname}`;
  if (route === "GET /healthz") return [200, { ok: true }];
  if (route === "POST /checkouts") {
    const { edition, customer } = await readJson(request);
    if (typeof edition !== "string" || typeof customer !== "string" || customer === "")
      throw new CheckoutError(400, "edition and customer are needed");
    return [201, await inventory.reserve(edition, customer)];
  }
  const [, id, part = ""] = /^\/editions\/([\w-]+)(?:\/(sales))?$/.exec(pathname) ?? [];
  if (id !== undefined && request.method === "GET" && part === "") return [200, await inventory.edition(id)];
  if (id !== undefined && request.method === "GET" && part === "sales") return [200, await inventory.sales(id)];
  throw new CheckoutError(404, "no such route");
}

async function readJson(request) {
  let text = "";
  for await (const chunk of request) {
    text += chunk;
    if (text.length > MAX_BODY) throw new CheckoutError(413, "the body is too large");
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new CheckoutError(400, "the body is not JSON");
  }
}
