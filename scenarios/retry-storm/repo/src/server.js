import { createServer } from "node:http";
import { CallError } from "./call-error.js";

const maxTracks = 50;
const maxBody = 2048;

export function createQueueServer({ catalog, log }) {
  return createServer(async (request, response) => {
    const begun = Date.now();
    const url = new URL(request.url, "http://queue");
    let [status, body, why] = [500, { error: "internal error" }, ""];
    try {
      [status, body] = await answer(catalog, request, url);
    } catch (error) {
      why = `: ${error.message}`;
      if (error instanceof CallError) [status, body] = [error.status, { error: error.message }];
    }
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (url.pathname !== "/healthz") log(`${request.method} ${url.pathname}${url.search} ${status} ${Date.now() - begun} ms${why}`);
  });
}

async function answer(catalog, request, { pathname, searchParams }) {
  const route = `${request.method} ${pathname}`;
  if (route === "GET /healthz") return [200, { ok: true }];
  if (route === "GET /queue") {
    const ids = (searchParams.get("tracks") ?? "").split(",").filter((id) => id !== "");
    if (ids.length === 0 || ids.length > maxTracks) return [400, { error: `tracks is needed, at most ${maxTracks}` }];
    return [200, { tracks: await Promise.all(ids.map((id) => catalog.track(id))) }];
  }
  if (route === "POST /plays") {
    const track = await readTrack(request);
    if (track === undefined) return [400, { error: "track is needed" }];
    await catalog.countPlay(track);
    return [202, { counted: track }];
  }
  return [404, { error: "no such route" }];
}

async function readTrack(request) {
  let text = "";
  for await (const chunk of request) if ((text += chunk).length > maxBody) return undefined;
  try {
    const { track } = JSON.parse(text);
    return typeof track === "string" && track !== "" ? track : undefined;
  } catch {
    return undefined;
  }
}
