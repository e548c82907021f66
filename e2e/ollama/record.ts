import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { aboutExchange, exchangeKey, head, type RecordedExchange, shortenLine } from "./recording.ts";

export interface Recorder {
  readonly url: string;
  /** Writes the file and stops listening. */
  finish(path: string): Promise<void>;
}

/** Stands between a runtime and a real Ollama and notes what goes through. */
export async function startRecorder(target: string): Promise<Recorder> {
  const exchanges: RecordedExchange[] = [];
  let version = "unknown";
  const server = createServer((incoming, outgoing) => {
    const asked: Buffer[] = [];
    incoming.on("data", (piece: Buffer) => asked.push(piece));
    incoming.on("end", () => {
      const body = Buffer.concat(asked).toString();
      const { method = "GET", url: path = "/" } = incoming;
      const headers = { "content-type": "application/json" };
      let answered = false;
      const onward = httpRequest(`${target}${path}`, { method, headers }, (answer) => {
        answered = true;
        const got: Buffer[] = [];
        const { statusCode: status = 0 } = answer;
        const type = answer.headers["content-type"] ?? "";
        outgoing.writeHead(status, { "content-type": type });
        answer.on("data", (piece: Buffer) => {
          got.push(piece);
          outgoing.write(piece);
        });
        answer.on("error", () => outgoing.destroy());
        answer.on("end", () => outgoing.end());
        answer.on("close", () => {
          const text = Buffer.concat(got).toString();
          const whole = text.slice(0, text.lastIndexOf("\n") + 1) || text;
          const lines = (answer.complete ? text : whole).split("\n").filter((line) => line.trim() !== "");
          if (path === "/api/version") version = (JSON.parse(text) as { version: string }).version;
          const key = exchangeKey(method, path, body);
          exchanges.push({ key, about: aboutExchange(body), status, type, lines: lines.map(shortenLine), cut: !answer.complete });
        });
      });
      onward.on("error", () => outgoing.destroy());
      outgoing.on("close", () => {
        onward.destroy();
        if (!answered)
          exchanges.push({ key: exchangeKey(method, path, body), about: aboutExchange(body), status: 0, type: "", lines: [], cut: true });
      });
      onward.end(body);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async finish(path) {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
      await writeFile(path, [head(version), ...exchanges].map((line) => `${JSON.stringify(line)}\n`).join(""));
    },
  };
}
