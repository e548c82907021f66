import { createServer } from "node:http";
import { metricsOf } from "./metrics.js";
import { Queue } from "./queue.js";

const queue = new Queue();
createServer((request, response) => {
  if (request.url === "/metrics") return response.end(metricsOf(queue));
  if (request.url === "/healthz") return response.end("ok\n");
  return response.writeHead(404).end();
}).listen(8080, () => console.log("listening on :8080"));
