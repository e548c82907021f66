import { createServer } from "node:http";

/** Every route by method and pattern. A handler answers `[status, body]`. */
export function routesOf({ sessions, isConnected }) {
  const ready = () => (isConnected() ? [200, { ready: true }] : [503, { ready: false }]);
  const live = () => [200, { live: true }];
  return [
    ["GET", "/readyz", ready],
    ["GET", "/livez", live],
    ["POST", "/sessions", ({ body }) => [201, sessions.start(body.user, body.device)]],
    ["GET", "/sessions/:id", ({ id }) => found(sessions.read(id))],
    ["DELETE", "/sessions/:id", ({ id }) => [204, sessions.end(id)]],
  ];
}

const found = (session) => (session === undefined ? [404, { error: "no such session" }] : [200, session]);

export function createSessionServer(routes, log = () => {}) {
  return createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://sessions");
    const [status, body] = await answer(routes, request, pathname);
    if (status >= 400) log(`${request.method} ${pathname} ${status} (${request.headers["user-agent"] ?? "unknown"})`);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(status === 204 ? undefined : JSON.stringify(body));
  });
}

async function answer(routes, request, pathname) {
  for (const [method, pattern, handle] of routes) {
    const match = new RegExp(`^${pattern.replace(":id", "(?<id>[\\w-]+)")}$`).exec(pathname);
    if (match === null || method !== request.method) continue;
    try {
      return handle({ id: match.groups?.id, body: method === "POST" ? await readBody(request) : undefined });
    } catch (error) {
      return [400, { error: error.message }];
    }
  }
  return [404, { error: "no such route" }];
}

async function readBody(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}
