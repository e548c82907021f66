import { createServer } from "node:http";
import { EventLog } from "./log.js";

const log = new EventLog(`${process.env.DATA ?? "/data"}/events.jsonl`);
createServer(async (request, response) => {
  const url = new URL(request.url, "http://eventstore");
  if (url.pathname === "/healthz") return response.end("ok\n");
  if (request.method === "GET") return response.end(JSON.stringify(log.from(Number(url.searchParams.get("from") ?? 0))));
  let text = "";
  for await (const chunk of request) text += chunk;
  const { type, data } = JSON.parse(text);
  response.end(JSON.stringify({ number: log.append(type, data) }));
}).listen(7700, () => console.log("eventstore listening on :7700"));
