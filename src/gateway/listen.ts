import { chmodSync, lstatSync, unlinkSync } from "node:fs";
import type { Server } from "node:http";
import { connect } from "node:net";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { CloisterError } from "../error.ts";

/** A unix socket, or a port of the loopback interface (0 is any free one). */
export type Where = { readonly socketPath: string } | { readonly host: string; readonly port: number };

export interface Listening {
  /** `http://127.0.0.1:PORT`; for a unix socket `http://localhost`, to be reached through `socketPath`. */
  readonly url: string;
  readonly socketPath: string | undefined;
  readonly port: number | undefined;
  /** Ends every connection, takes the socket away and resolves when nothing listens. */
  close(): Promise<void>;
}

const loopback: ReadonlySet<string> = new Set(["127.0.0.1", "::1"]);

/**
 * Serves `fetch` where only this machine can reach it, and through a unix socket only this user (mode 0600). Throws `usage` for any
 * other address, names included (a name may resolve to anything), and `locked` where somebody listens already.
 */
export async function listen(fetch: (request: Request, node: HttpBindings) => Promise<Response>, where: Where): Promise<Listening> {
  if (!("socketPath" in where) && !loopback.has(where.host)) {
    throw new CloisterError("usage", `The gateway does not listen on ${where.host}: only on 127.0.0.1, ::1 or a unix socket.`);
  }
  if ("socketPath" in where) await removeStaleSocket(where.socketPath);
  const server = createAdaptorServer({
    fetch: (request, node) => fetch(request, node as HttpBindings),
    serverOptions: {
      // A request must arrive in bounded time; how long its answer takes is the model's business.
      headersTimeout: 15_000,
      requestTimeout: 120_000,
      // Longer than the pauses between a client's requests while a tool runs, so that it need not connect again.
      keepAliveTimeout: 120_000,
    },
  }) as Server;
  server.timeout = 0;
  await bind(server, where);
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : undefined;
  const host = "host" in where && where.host === "::1" ? "[::1]" : "127.0.0.1";
  return {
    url: port === undefined ? "http://localhost" : `http://${host}:${port}`,
    socketPath: "socketPath" in where ? where.socketPath : undefined,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function bind(server: Server, where: Where): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException): void => {
      const place = "socketPath" in where ? where.socketPath : `${where.host}:${where.port}`;
      const locked = cause.code === "EADDRINUSE";
      const message = locked ? `Somebody listens on ${place} already.` : `Cannot listen on ${place}: ${cause.message}`;
      reject(new CloisterError(locked ? "locked" : "internal", message, { cause }));
    };
    server.once("error", fail);
    const ready = (): void => {
      server.off("error", fail);
      resolve();
    };
    if (!("socketPath" in where)) {
      server.listen({ host: where.host, port: where.port }, ready);
      return;
    }
    // The socket is made within this call; the mask sees to it that there is no moment at which others may connect.
    const mask = process.umask(0o177);
    try {
      server.listen({ path: where.socketPath }, ready);
      chmodSync(where.socketPath, 0o600);
    } catch (thrown) {
      fail(thrown as NodeJS.ErrnoException);
    } finally {
      process.umask(mask);
    }
  });
}

/** A socket that nobody answers at is left from a session that was killed. Anything else at that path is not ours to remove. */
async function removeStaleSocket(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new CloisterError("locked", `${path} exists and is not a socket.`);
  if (await answers(path)) throw new CloisterError("locked", `Somebody listens on ${path} already.`);
  unlinkSync(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => resolve(true));
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "ECONNREFUSED" && error.code !== "ENOENT"));
    socket.once("connect", () => socket.destroy());
  });
}
