import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { CloisterError } from "../error.ts";
import { listen } from "./listen.ts";

const hello = (): Promise<Response> => Promise.resolve(new Response("hello"));
const failsWith = (work: Promise<unknown>, code: string): Promise<void> =>
  assert.rejects(work, (thrown) => thrown instanceof CloisterError && thrown.code === code);

function getOverSocket(socketPath: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path: "/" }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve(text));
    });
    sent.on("error", reject);
    sent.end();
  });
}

test("only loopback addresses are listened on, by number", async () => {
  for (const host of ["0.0.0.0", "::", "localhost", "192.168.0.1", "127.0.0.1.example.org", ""]) {
    await failsWith(listen(hello, { host, port: 0 }), "usage");
  }
  const listening = await listen(hello, { host: "127.0.0.1", port: 0 });
  try {
    assert.equal(await (await fetch(listening.url)).text(), "hello");
    await failsWith(listen(hello, { host: "127.0.0.1", port: listening.port ?? 0 }), "locked");
  } finally {
    await listening.close();
  }
  await assert.rejects(fetch(listening.url));
});

test("a unix socket is for this user alone, goes when it is closed, and takes no one else's place", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cloister-listen-"));
  const socketPath = join(folder, "gateway.sock");
  try {
    const listening = await listen(hello, { socketPath });
    try {
      assert.equal(statSync(socketPath).mode & 0o777, 0o600);
      assert.equal(await getOverSocket(socketPath), "hello");
      await failsWith(listen(hello, { socketPath }), "locked");
    } finally {
      await listening.close();
    }
    assert.equal(existsSync(socketPath), false);
    writeFileSync(socketPath, "a file");
    await failsWith(listen(hello, { socketPath }), "locked");
    await failsWith(listen(hello, { socketPath: join(folder, "no", "such", "folder.sock") }), "internal");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("close ends connections that are in use", async () => {
  let asked = (): void => undefined;
  const wasAsked = new Promise<void>((resolve) => (asked = resolve));
  const listening = await listen(
    () => {
      asked();
      return new Promise<Response>(() => undefined);
    },
    { host: "127.0.0.1", port: 0 },
  );
  const pending = assert.rejects(fetch(listening.url));
  await wasAsked;
  await listening.close();
  await pending;
  const again = createServer().listen(listening.port, "127.0.0.1");
  await new Promise((resolve) => again.once("listening", resolve));
  again.close();
});
