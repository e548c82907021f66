import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createServer, type AddressInfo, type ListenOptions, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import type { Target } from "./probe.ts";

/** Listeners of every kind on the host, and how to reach each of them. */
export interface Listeners {
  readonly targets: readonly Target[];
  close(): void;
}

/** `folders` get a unix socket each. */
export async function openListeners(folders: readonly string[]): Promise<Listeners> {
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  const targets: Target[] = [];

  const listen = async (options: ListenOptions): Promise<Server> => {
    const server = createServer((socket) => socket.on("error", () => {}).end("hello"));
    servers.push(server);
    server.listen(options);
    await once(server, "listening");
    return server;
  };
  const bind = async (host: string, answer: (question: Buffer) => Buffer): Promise<number> => {
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    sockets.push(socket);
    socket.on("message", (question, from) => socket.send(answer(question), from.port, from.address));
    socket.bind(0, host);
    await once(socket, "listening");
    return socket.address().port;
  };

  for (const host of ["127.0.0.1", "::1", ...ownAddresses()]) {
    const { port } = (await listen({ host, port: 0 })).address() as AddressInfo;
    targets.push({ name: `tcp ${host}`, kind: "tcp", host, port });
    if (host === "127.0.0.1") targets.push({ name: "tcp ::ffff:127.0.0.1", kind: "tcp", host: "::ffff:127.0.0.1", port });
    targets.push({ name: `udp ${host}`, kind: "udp", host, port: await bind(host, () => Buffer.from("hello")) });
  }
  targets.push({ name: "dns 127.0.0.1", kind: "dns", host: "127.0.0.1", port: await bind("127.0.0.1", answerDns) });
  for (const folder of folders) {
    const path = join(folder, "listener.sock");
    await listen({ path });
    targets.push({ name: `unix ${folder}`, kind: "unix", path });
  }
  const path = `\0cloister-${process.pid}-${Date.now()}`;
  await listen({ path });
  targets.push({ name: "unix abstract", kind: "unix", path });
  return {
    targets,
    close() {
      for (const server of servers) server.close();
      for (const socket of sockets) socket.close();
    },
  };
}

/** Addresses of this machine that are not loopback; link-local ones would need a zone. */
function ownAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((address) => !address.internal && !address.address.startsWith("fe80:"))
    .map((address) => address.address);
}

/** The question back, with one A record, 192.0.2.1. */
function answerDns(question: Buffer): Buffer {
  const answer = Buffer.concat([question.subarray(0, questionEnd(question)), Buffer.from("c00c00010001000000000004c0000201", "hex")]);
  answer.writeUInt16BE(0x8180, 2);
  answer.writeUInt16BE(1, 6);
  answer.writeUInt32BE(0, 8);
  return answer;
}

function questionEnd(question: Buffer): number {
  let at = 12;
  while ((question[at] ?? 0) !== 0) at += (question[at] ?? 0) + 1;
  return at + 5;
}
