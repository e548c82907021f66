import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { connect, type NetConnectOpts } from "node:net";

/**
 * Tries to reach listeners and says for each how it went. Run as a program, outside the seal (the positive control) and inside it, with
 * the targets as JSON in its only argument. It needs nothing but Node.
 */
export type Target =
  | { readonly name: string; readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly name: string; readonly kind: "udp"; readonly host: string; readonly port: number }
  | { readonly name: string; readonly kind: "dns"; readonly host: string; readonly port: number }
  | { readonly name: string; readonly kind: "unix"; readonly path: string };

/** `reached`, or the code of the error. */
async function reach(target: Target): Promise<string> {
  try {
    switch (target.kind) {
      case "tcp":
        await stream({ host: target.host, port: target.port });
        break;
      case "unix":
        await stream({ path: target.path });
        break;
      case "udp":
        await datagram(target.host, target.port);
        break;
      case "dns":
        await lookUp(target.host, target.port);
        break;
    }
    return "reached";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

/** Connected is not reached: a proxy could have accepted. The listener has to say hello. */
function stream(options: NetConnectOpts): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(options);
    socket.once("data", () => resolve(void socket.destroy()));
    socket.once("error", reject);
    socket.once("end", () => reject(new Error("no hello")));
  });
}

function datagram(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    const end = (error?: Error): void => {
      clearTimeout(timer);
      socket.close();
      if (error === undefined) resolve();
      else reject(error);
    };
    const timer = setTimeout(() => end(new Error("no answer")), 5_000);
    socket.once("error", end);
    socket.once("message", () => end());
    // Connected, so that a refusal comes back as an error.
    socket.once("connect", () => socket.send("?"));
    socket.connect(port, host);
  });
}

async function lookUp(host: string, port: number): Promise<void> {
  const resolver = new Resolver({ timeout: 1_000, tries: 1 });
  resolver.setServers([`${host}:${port}`]);
  await resolver.resolve4("listener.test");
}

const targets = process.argv[2];
if (targets !== undefined) {
  const results: Record<string, string> = {};
  for (const target of JSON.parse(targets) as Target[]) results[target.name] = await reach(target);
  process.stdout.write(`${JSON.stringify(results)}\n`);
}
