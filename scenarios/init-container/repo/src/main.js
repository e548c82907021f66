import { createServer } from "node:http";
import { Store } from "./store.js";

const store = new Store();
const server = createServer(async (request, response) => {
  const path = new URL(request.url, "http://appointments").pathname;
  if (path === "/healthz") return response.end("ok\n");
  const day = /^\/days\/(\d{4}-\d\d-\d\d)\/bookings$/.exec(path)?.[1];
  if (request.method !== "POST" || day === undefined) return response.writeHead(404).end();
  let text = "";
  for await (const chunk of request) text += chunk;
  response.writeHead(store.book(day, JSON.parse(text)) ? 201 : 409).end();
});
server.listen(8080, () => console.log(`listening on :8080, database ${process.env.DATABASE_ADDRESS ?? "none"}`));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
