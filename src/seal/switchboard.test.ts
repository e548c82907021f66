import assert from "node:assert/strict";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { connect as tlsConnect } from "node:tls";
import type { Refusal } from "./refusal.ts";
import { createSessionCa, type SessionCa } from "./session-ca.ts";
import { openSwitchboard, type HostHandler, type Switchboard } from "./switchboard.ts";

let folder = "";
let ca: SessionCa;
let board: Switchboard;
const refused: Refusal[] = [];
let release: () => void = () => {};
let sawAbort: () => void = () => {};

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-board-"));
  ca = await createSessionCa(["gateway.internal", "forge.internal"]);
  board = await openSwitchboard({
    socketPath: join(folder, "board.sock"),
    ca,
    onRefused: (refusal) => refused.push(refusal),
    hosts: new Map<string, HostHandler>([
      [
        "forge.internal",
        async (request) => new Response(`forge ${request.method} ${new URL(request.url).pathname} ${await request.text()}`),
      ],
      [
        "gateway.internal",
        (request) => {
          const { pathname } = new URL(request.url);
          if (pathname === "/fails") throw new Error("a secret");
          if (pathname !== "/events") return new Response(`gateway ${request.url}`);
          request.signal.addEventListener("abort", () => sawAbort());
          const encoder = new TextEncoder();
          const body = new ReadableStream<Uint8Array>({
            start(controller) {
              controller.enqueue(encoder.encode("event: ping\n\n"));
              release = () => controller.enqueue(encoder.encode("event: end\n\n"));
            },
          });
          return new Response(body, { headers: { "content-type": "text/event-stream" } });
        },
      ],
    ]),
  });
});

after(async () => {
  await board.close();
  await assert.rejects(stat(join(folder, "board.sock")), "the socket is removed");
  await rm(folder, { recursive: true });
});

/** One exchange as bytes, so that the test decides the form of the request line. */
async function raw(...pieces: string[]): Promise<string> {
  const socket = connect(board.socketPath);
  socket.setEncoding("latin1");
  for (const piece of pieces) socket.write(piece);
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  return text;
}

async function until(socket: NodeJS.ReadableStream, wanted: string): Promise<string> {
  let text = "";
  return await new Promise((resolve, reject) => {
    const onData = (chunk: Buffer | string): void => {
      text += chunk.toString();
      if (!text.includes(wanted)) return;
      socket.off("data", onData);
      resolve(text);
    };
    socket.on("data", onData);
    socket.once("end", () => reject(new Error(`ended after ${JSON.stringify(text)}`)));
  });
}

async function tunnel(authority: string): Promise<Socket> {
  const socket = connect(board.socketPath);
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
  assert.match(await until(socket, "\r\n\r\n"), /^HTTP\/1\.1 200 /);
  return socket;
}

test("the socket is for its owner alone", async () => {
  assert.equal((await stat(board.socketPath)).mode & 0o777, 0o600);
});

test("a request in absolute form, as curl and git send through a proxy", async () => {
  const text = await raw(
    "POST http://forge.internal/a/b HTTP/1.1\r\nHost: forge.internal\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi",
  );
  assert.match(text, /^HTTP\/1\.1 200 OK\r\n/);
  assert.match(text, /forge POST \/a\/b hi/);
});

test("a request in origin form with a Host header", async () => {
  const text = await raw("GET /x?y=1 HTTP/1.1\r\nHost: Gateway.Internal:80\r\nConnection: close\r\n\r\n");
  assert.match(text, /gateway http:\/\/gateway\.internal\/x\?y=1/);
});

test("CONNECT to port 80, then plain HTTP, as client 2.1.84 does", async () => {
  const socket = await tunnel("gateway.internal:80");
  socket.write("GET /one HTTP/1.1\r\nHost: gateway.internal\r\n\r\n");
  assert.match(await until(socket, "/one"), / 200 OK/);
  socket.write("GET /two HTTP/1.1\r\nHost: gateway.internal\r\n\r\n");
  assert.match(await until(socket, "/two"), / 200 OK/, "the connection is kept");
  socket.destroy();
});

test("CONNECT to port 443, then TLS with a certificate that the session's authority signed", async () => {
  const secure = tlsConnect({ socket: await tunnel("forge.internal:443"), servername: "forge.internal", ca: ca.caPem });
  secure.write("GET /api/v3 HTTP/1.1\r\nHost: forge.internal\r\nConnection: close\r\n\r\n");
  assert.match(await until(secure, "forge GET /api/v3"), / 200 OK/);
  assert.equal(secure.authorized, true);
  secure.destroy();
});

test("the certificate is of no use for another name, nor without the session's authority", async () => {
  for (const options of [{ servername: "api.github.com", ca: ca.caPem }, { servername: "forge.internal" }]) {
    const secure = tlsConnect({ socket: await tunnel("forge.internal:443"), ...options });
    await assert.rejects(new Promise((resolve, reject) => secure.once("secureConnect", resolve).once("error", reject)));
    secure.destroy();
  }
});

test("events flow as they are made, and hanging up aborts the request's signal, with and without a tunnel", async () => {
  for (const [open, target] of [
    [async () => connect(board.socketPath), "http://gateway.internal/events"],
    [() => tunnel("gateway.internal:80"), "/events"],
    [async () => tlsConnect({ socket: await tunnel("gateway.internal:443"), servername: "gateway.internal", ca: ca.caPem }), "/events"],
  ] as const) {
    const aborted = new Promise<void>((resolve) => (sawAbort = resolve));
    const socket = await open();
    socket.write(`GET ${target} HTTP/1.1\r\nHost: gateway.internal\r\n\r\n`);
    assert.doesNotMatch(await until(socket, "event: ping"), /event: end/, "the first event is there while the second is not made yet");
    release();
    await until(socket, "event: end");
    socket.destroy();
    await aborted;
  }
});

test("what is not a host of the session is refused with 403 and reported", async () => {
  refused.length = 0;
  for (const [head, status] of [
    ["GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n", 403],
    ["GET / HTTP/1.1\r\nHost: example.com:8080\r\n\r\n", 403],
    ["GET http://gateway.internal:8080/ HTTP/1.1\r\nHost: gateway.internal\r\n\r\n", 403],
    ["CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n", 403],
    ["CONNECT gateway.internal:22 HTTP/1.1\r\nHost: gateway.internal:22\r\n\r\n", 403],
    ["CONNECT [::1]:80 HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 403],
    ["GET ftp://gateway.internal/ HTTP/1.1\r\nHost: gateway.internal\r\n\r\n", 403],
  ] as const)
    assert.match(await raw(head), new RegExp(`^HTTP/1\\.1 ${status} `), head);
  assert.deepEqual(
    refused.map((refusal) => `${refusal.host}:${refusal.port ?? ""}`),
    ["example.com:", "example.com:8080", "gateway.internal:8080", "example.com:443", "gateway.internal:22", "(no host):", "(no host):"],
  );
});

test("a tunnel serves the host it was opened for, and holds no other tunnel", async () => {
  const socket = await tunnel("gateway.internal:80");
  socket.write("GET / HTTP/1.1\r\nHost: forge.internal\r\nConnection: close\r\n\r\n");
  assert.match(await until(socket, "another host"), / 421 /);
  const nested = await tunnel("gateway.internal:80");
  nested.write("CONNECT forge.internal:443 HTTP/1.1\r\nHost: forge.internal:443\r\n\r\n");
  nested.resume();
  await new Promise((resolve) => nested.once("close", resolve));
});

test("a head over its bound is refused; a handler that throws says nothing of why", async () => {
  assert.match(
    await raw(`GET http://forge.internal/ HTTP/1.1\r\nHost: forge.internal\r\nX: ${"x".repeat(70_000)}\r\n\r\n`),
    /^HTTP\/1\.1 431 /,
  );
  const text = await raw("GET http://gateway.internal/fails HTTP/1.1\r\nHost: gateway.internal\r\nConnection: close\r\n\r\n");
  assert.match(text, /^HTTP\/1\.1 502 /);
  assert.doesNotMatch(text, /secret/);
});
