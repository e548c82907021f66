import { chmod, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerOptions } from "node:http";
import type { Duplex } from "node:stream";
import { createSecureContext, TLSSocket, type SecureContext } from "node:tls";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { CloisterError } from "../error.ts";
import { parseAuthority, type Authority } from "./authority.ts";
import type { Refusal } from "./refusal.ts";
import type { SessionCa } from "./session-ca.ts";

/** Answers the requests to one host. `request.signal` is aborted when the client hangs up; `node` is what the request came with, for those who stream. */
export type HostHandler = (request: Request, node?: HttpBindings) => Response | Promise<Response>;

export interface SwitchboardOptions {
  /** Where to listen. Its folder should be private; the socket itself gets mode 0600. */
  readonly socketPath: string;
  /** Who answers, by host name in lower case. */
  readonly hosts: ReadonlyMap<string, HostHandler>;
  readonly ca: SessionCa;
  readonly onRefused?: ((refusal: Refusal) => void) | undefined;
}

export interface Switchboard {
  readonly socketPath: string;
  /** Hangs up on everybody, ends the listener and removes the socket. */
  close(): Promise<void>;
}

/** A request's head is small; a client that sends more is not one of ours. */
const maxHeaderSize = 64 * 1024;
/** Clients keep connections and get an error if we close one as they use it; longer than they keep an idle one. */
const keepAliveTimeout = 120_000;

/**
 * One unix socket where every host of the session answers by name. What sandboxed clients send there (`field-notes/seal.md`): requests
 * in absolute form (curl, git, kubectl), `CONNECT name:80` with plain HTTP after it, and `CONNECT name:443` with TLS after it, which
 * is ended here with the session's certificate. Anything else is refused with 403 and reported.
 *
 * Bodies and answers are streamed both ways, nothing is upgraded, and no timer ends an answer that takes long.
 */
export async function openSwitchboard(options: SwitchboardOptions): Promise<Switchboard> {
  const secureContext = createSecureContext({ key: options.ca.serverKey, cert: options.ca.serverCert, minVersion: "TLSv1.2" });
  const sockets = new Set<Duplex>();
  const tunnels = new WeakMap<Duplex, Authority>();
  const refuse = (host: string, port: number | undefined): void => options.onRefused?.({ host, port, what: "no-handler", count: 1 });

  const answer = getRequestListener(
    (request, node) => {
      const { hostname } = new URL(request.url);
      const handler = options.hosts.get(hostname);
      return handler === undefined ? refusal(hostname) : handler(request, node as HttpBindings);
    },
    { overrideGlobalObjects: false, errorHandler: () => new Response("The host's handler failed.\n", { status: 502 }) },
  );

  // Requests inside a tunnel go to a server of their own: it has no CONNECT, so a tunnel cannot hold another one.
  const inner = createServer(limits, (request, response) => {
    const tunnel = tunnels.get(request.socket);
    const wanted = hostOf(request);
    if (tunnel === undefined || wanted?.host !== tunnel.host) {
      refuse(wanted?.host ?? "(no host)", wanted?.port);
      response.writeHead(421, { "content-type": "text/plain" }).end("This connection was opened for another host.\n");
      return;
    }
    void answer(request, response);
  });

  const front = createServer(limits, (request, response) => {
    const wanted = hostOf(request);
    if (wanted === undefined || !options.hosts.has(wanted.host) || (wanted.port ?? 80) !== 80) {
      refuse(wanted?.host ?? "(no host)", wanted?.port);
      response.writeHead(403, { "content-type": "text/plain", connection: "close" }).end(notHere(wanted?.host));
      return;
    }
    void answer(request, response);
  });
  front.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  front.on("connect", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Without a listener a client that resets its connection would take this process down.
    socket.on("error", () => socket.destroy());
    const wanted = parseAuthority(request.url ?? "");
    if (wanted === undefined || !options.hosts.has(wanted.host) || (wanted.port !== 80 && wanted.port !== 443)) {
      refuse(wanted?.host ?? "(no host)", wanted?.port);
      socket.end(`HTTP/1.1 403 Forbidden\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n${notHere(wanted?.host)}`);
      return;
    }
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    if (head.length > 0) socket.unshift(head);
    const stream = wanted.port === 443 ? endTls(socket, secureContext) : socket;
    tunnels.set(stream, wanted);
    inner.emit("connection", stream);
  });

  await listen(front, options.socketPath);
  return {
    socketPath: options.socketPath,
    async close() {
      const closed = new Promise<void>((resolve) => front.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
      await rm(options.socketPath, { force: true });
    },
  };
}

const limits: ServerOptions = { maxHeaderSize, keepAliveTimeout };

async function listen(server: Server, socketPath: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const message = `The session's socket could not be opened at ${socketPath} (${error.code ?? error.message}).`;
      reject(new CloisterError(error.code === "EADDRINUSE" ? "locked" : "internal", message, { cause: error }));
    });
    server.listen(socketPath, resolve);
  });
  await chmod(socketPath, 0o600);
}

function endTls(socket: Duplex, secureContext: SecureContext): TLSSocket {
  const secure = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: ["http/1.1"] });
  secure.on("error", () => socket.destroy());
  secure.once("close", () => socket.destroy());
  return secure;
}

/** Whom a request is for: the authority of an absolute target, else its Host header. */
function hostOf(request: IncomingMessage): Authority | undefined {
  const target = request.url ?? "";
  if (target.startsWith("/")) return parseAuthority(request.headers.host ?? "");
  return URL.canParse(target) && target.startsWith("http://") ? parseAuthority(new URL(target).host) : undefined;
}

function refusal(host: string): Response {
  return new Response(notHere(host), { status: 403, headers: { "content-type": "text/plain" } });
}

function notHere(host: string | undefined): string {
  return `Cloister: ${host ?? "a request without a host"} is not one of this session's hosts; nothing else can be reached from here.\n`;
}
