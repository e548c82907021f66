import { createServer } from "node:http";

export function createGeocoder(index) {
  return createServer((request, response) => {
    const url = new URL(request.url, "http://geocoder");
    const send = (status, body) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (url.pathname === "/healthz") return send(200, { places: index.size });
    if (url.pathname !== "/places") return send(404, { error: "no such route" });
    const text = url.searchParams.get("q") ?? "";
    return text.length < 2 ? send(400, { error: "at least two letters" }) : send(200, index.find(text));
  });
}
