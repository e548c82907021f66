import { createServer } from "node:http";
import { post } from "./postings.js";

const server = createServer(async (request, response) => {
  if (request.url === "/healthz") return response.end("ok\n");
  if (request.method !== "POST" || request.url !== "/entries") return response.writeHead(404).end();
  let text = "";
  for await (const chunk of request) text += chunk;
  try {
    post(JSON.parse(text));
    return response.writeHead(201).end();
  } catch (error) {
    return response.writeHead(400).end(`${error.message}\n`);
  }
});
server.listen(8080, () => console.log("listening on :8080"));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
