import { createServer } from "node:http";
import { drawPages } from "./pages.js";

const port = Number(process.env.PORT ?? 8080);
createServer(async (request, response) => {
  if (request.url === "/healthz") return response.end("ok\n");
  let text = "";
  for await (const chunk of request) text += chunk;
  try {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(drawPages(JSON.parse(text))));
  } catch (error) {
    response.writeHead(400).end(JSON.stringify({ error: error.message }));
  }
}).listen(port, () => console.log(`render listening on :${port}, spool ${process.env.SPOOL ?? "/spool"}`));
