import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exchangeKey, type RecordedExchange, readRecording } from "./recording.ts";

export interface Replay {
  readonly url: string;
  /** The version that was recorded. */
  readonly version: string;
  /** Is a request open? */
  isWorking(): boolean;
  close(): Promise<void>;
}

/**
 * Answers as a real Ollama answered once. What was asked several times gets its answers in their order, the last one again and again. What was never asked gets
 * an error that says so.
 */
export async function startReplay(path: string): Promise<Replay> {
  const { head, exchanges } = await readRecording(path);
  const answers = new Map<string, RecordedExchange[]>();
  for (const exchange of exchanges) answers.set(exchange.key, [...(answers.get(exchange.key) ?? []), exchange]);

  let open = 0;
  const server = createServer((incoming, outgoing) => {
    open++;
    outgoing.once("close", () => open--);
    let body = "";
    incoming.setEncoding("utf8");
    incoming.on("data", (piece: string) => (body += piece));
    incoming.on("end", () => {
      const key = exchangeKey(incoming.method ?? "GET", incoming.url ?? "/", body);
      const known = answers.get(key) ?? [];
      const exchange = known.length > 1 ? known.shift() : known[0];
      if (exchange === undefined) {
        const error = `This is a recording of Ollama ${head.ollama}, and nobody asked it this: ${key} ${body.slice(-200)}. Record it again: see docs/runtimes/ollama.md`;
        outgoing.writeHead(418, { "content-type": "application/json" }).end(JSON.stringify({ error }));
        return;
      }
      if (exchange.status === 0) return;
      outgoing.writeHead(exchange.status, { "content-type": exchange.type });
      for (const line of exchange.lines) outgoing.write(`${line}\n`);
      // Where the client hung up it is left to hang up again.
      if (!exchange.cut) outgoing.end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    version: head.ollama,
    isWorking: () => open > 0,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
