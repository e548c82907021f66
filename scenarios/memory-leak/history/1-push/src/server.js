import { createServer } from "node:http";
import { streamEvents } from "./stream.js";

const maxBody = 4096;

export function createTrackingServer({ hub }) {
  return createServer(async (request, response) => {
    const send = (status, body) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    const { pathname } = new URL(request.url, "http://tracking");
    const [, parcel, part] = /^\/parcels\/([\w-]{1,40})\/(events|scans)$/.exec(pathname) ?? [];
    if (pathname === "/healthz") return send(200, { ok: true });
    if (request.method === "GET" && part === "events") return streamEvents({ hub, parcel, response });
    if (request.method === "POST" && part === "scans") {
      const scan = await readScan(request);
      return scan === undefined ? send(400, { error: "place and state are needed" }) : send(202, hub.publish(parcel, scan));
    }
    return send(404, { error: "no such route" });
  });
}

async function readScan(request) {
  let text = "";
  for await (const chunk of request) if ((text += chunk).length > maxBody) return undefined;
  try {
    const { place, state } = JSON.parse(text);
    return typeof place === "string" && typeof state === "string" ? { place, state } : undefined;
  } catch {
    return undefined;
  }
}
