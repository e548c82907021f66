import { createServer } from "node:http";
import { metricsOf } from "./metrics.js";
import { Queue } from "./queue.js";

const queue = new Queue();
let finished = 0;

function work() {
  const job = queue.take();
  if (job === undefined) return;
  console.log(`job ${job.id}: waited ${Math.round((Date.now() - job.since) / 1000)} s`);
  fetch(`${process.env.FONTS_URL}/${job.font}`)
    .then(() => finished++)
    .catch((error) => console.log(`job ${job.id}: ${error.message}`))
    .finally(() => queue.done(job));
}

setInterval(work, 50).unref();
createServer((request, response) => {
  if (request.url === "/metrics") return response.end(metricsOf(queue, finished));
  if (request.url === "/healthz") return response.end("ok\n");
  if (request.method !== "POST" || request.url !== "/jobs") return response.writeHead(404).end();
  queue.put({ id: finished + queue.waiting, since: Date.now(), font: "serif" });
  return response.writeHead(202).end();
}).listen(8080, () => console.log("listening on :8080"));
