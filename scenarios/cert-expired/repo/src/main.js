import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:tls";
import { batch } from "./batches.js";
import { Session } from "./session.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const { hostname, port } = new URL(process.env.CLEARING_URL ?? "https://localhost:8443");
const caFile = process.env.CLEARING_CA ?? "/etc/clearing/ca.pem";

const open = () =>
  new Promise((done, failed) => {
    const socket = connect({ host: hostname, port: Number(port), ca: readFileSync(caFile), servername: hostname }, () => done(socket));
    socket.once("error", failed);
  });
const session = new Session(open).on("line", (line) => console.log(line));

createServer(async (request, response) => {
  const send = (status, body) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  if (request.url === "/livez") return send(200, { ok: true });
  if (request.url === "/readyz") return send(session.ready ? 200 : 503, { session: session.ready });
  if (request.method !== "POST" || request.url !== "/batches") return send(404, { error: "no such route" });
  if (!session.ready) return send(503, { error: "there is no session with the clearing house" });
  let text = "";
  for await (const chunk of request) text += chunk;
  return send(202, { batches: batch(JSON.parse(text)).length });
}).listen(8080, () => console.log(`settlement ${version} listening on :8080, trusts ${caFile}`));
void session.start();
