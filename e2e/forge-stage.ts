import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, connect, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createAdaptorServer } from "@hono/node-server";

import { createForge, type Forge, type ForgeOptions, type ObservedRequest, type PullRequest } from "../src/incident/forge/forge.ts";

/** A forge as a session reaches it: by name, over TLS of a throw-away CA, through a proxy that knows no other name. */
export interface Stage {
  readonly forge: Forge;
  readonly folder: string;
  /** The forge's own folder. */
  readonly root: string;
  readonly token: string;
  readonly observed: readonly ObservedRequest[];
  readonly opened: readonly PullRequest[];
  readonly certificate: string;
  /** The port of the forge itself, TLS. */
  readonly port: number;
  /** Run a program with a private HOME, the proxy, the CA and the token; `env` goes over that. */
  run(command: string, args: readonly string[], options?: { cwd?: string; env?: Record<string, string>; input?: string }): Promise<Outcome>;
  /** A clone of acme/payments with its own identity and the token as its credential. */
  clone(name?: string): Promise<string>;
  /** Commit `text` as `file` on `branch` in a clone. */
  commit(clone: string, branch: string, file: string, text: string | Uint8Array, message?: string): Promise<void>;
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const host = "forge.internal";
export const remote = `https://${host}/acme/payments.git`;
/** 23 November 2025, 15:36:10 UTC. */
export const stageTime = Date.UTC(2025, 10, 23, 15, 36, 10);

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: payments
spec:
  template:
    spec:
      containers:
        - name: payments
          resources:
            limits:
              memory: 64Mi
`;

/** Set up a forge with the repository acme/payments, hand it to `play`, and take everything down. */
export async function onStage(play: (stage: Stage) => Promise<void>, options: Partial<ForgeOptions> = {}): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "cloister-forge-"));
  const servers: Server[] = [];
  let forge: Forge | undefined;
  try {
    const home = join(folder, "home");
    await mkdir(home);
    const base = {
      PATH: process.env["PATH"] ?? "/usr/bin:/bin",
      HOME: home,
      LC_ALL: "C.UTF-8",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_TERMINAL_PROMPT: "0",
    };
    const must = async (command: string, args: readonly string[], cwd: string): Promise<void> => {
      const outcome = await runProgram(command, args, { cwd, env: base });
      if (outcome.code !== 0) throw new Error(`${command} ${args.join(" ")}: ${outcome.stderr}`);
    };

    const token = "gho_test0123456789abcdefghijklmnop";
    const observed: ObservedRequest[] = [];
    const opened: PullRequest[] = [];
    const root = join(folder, "forge");
    forge = await createForge({
      root,
      host,
      token,
      now: () => stageTime,
      env: base,
      observe: (request) => observed.push(request),
      onPullRequest: (pullRequest) => opened.push(pullRequest),
      ...options,
    });

    const source = join(folder, "source");
    await mkdir(join(source, "deploy"), { recursive: true });
    await writeFile(join(source, "deploy", "payments.yaml"), deployment);
    await writeFile(join(source, "README.md"), "# payments\n\nTakes money.\n");
    await must("git", ["init", "--quiet", "--initial-branch=main"], source);
    await must("git", ["add", "."], source);
    await must(
      "git",
      ["-c", "user.name=Ada", "-c", "user.email=ada@acme.test", "commit", "--quiet", "-m", "Add the payments service"],
      source,
    );
    await forge.createRepository({ owner: "acme", name: "payments", defaultBranch: "main", from: source });

    const certificate = await makeCertificates(folder, must);
    const { fetch } = forge;
    const server = createAdaptorServer({
      fetch,
      createServer: createHttpsServer,
      serverOptions: { key: await readFile(join(folder, "forge.key")), cert: await readFile(join(folder, "forge.crt")) },
    }) as Server;
    servers.push(server);
    const port = await listen(server);
    const proxy = connectProxy(port);
    servers.push(proxy);
    const proxyUrl = `http://127.0.0.1:${await listen(proxy)}`;

    const environment = {
      ...base,
      HTTPS_PROXY: proxyUrl,
      https_proxy: proxyUrl,
      SSL_CERT_FILE: certificate,
      GIT_SSL_CAINFO: certificate,
      GH_HOST: host,
      GH_ENTERPRISE_TOKEN: token,
      GH_CONFIG_DIR: join(folder, "gh"),
      GH_TELEMETRY: "false",
      DO_NOT_TRACK: "1",
      GH_NO_UPDATE_NOTIFIER: "1",
    };
    const run: Stage["run"] = (command, args, { cwd = folder, env = {}, input } = {}) =>
      runProgram(command, args, { cwd, env: { ...environment, ...env }, ...(input === undefined ? {} : { input }) });
    const mustRun = async (cwd: string, ...args: string[]): Promise<void> => {
      const outcome = await run("git", args, { cwd });
      if (outcome.code !== 0) throw new Error(`git ${args.join(" ")}: ${outcome.stderr}`);
    };

    await play({
      forge,
      folder,
      root,
      token,
      observed,
      opened,
      certificate,
      port,
      run,
      clone: async (name = "clone") => {
        const clone = join(folder, name);
        await mustRun(folder, "clone", "--quiet", remote, clone);
        await mustRun(clone, "config", "user.name", "Claude");
        await mustRun(clone, "config", "user.email", "claude@cloister.test");
        await mustRun(
          clone,
          "config",
          `credential.https://${host}.helper`,
          `!f() { echo username=x-access-token; echo "password=$GH_ENTERPRISE_TOKEN"; }; f`,
        );
        return clone;
      },
      commit: async (clone, branch, file, text, message = `Change ${file}`) => {
        const has = await run("git", ["rev-parse", "--verify", "--quiet", `refs/heads/${branch}`], { cwd: clone });
        await mustRun(clone, "checkout", "--quiet", ...(has.code === 0 ? [] : ["-b"]), branch);
        await writeFile(join(clone, file), text);
        await mustRun(clone, "add", "--", file);
        await mustRun(clone, "commit", "--quiet", "-m", message);
      },
    });
  } finally {
    for (const server of servers) {
      if ("closeAllConnections" in server && typeof server.closeAllConnections === "function") server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    await forge?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Run a program to its end. */
export function runProgram(
  command: string,
  args: readonly string[],
  options: { cwd: string; env: Record<string, string>; input?: string },
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, env: options.env, stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? -1, stdout, stderr }));
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
  });
}

async function makeCertificates(
  folder: string,
  must: (command: string, args: readonly string[], cwd: string) => Promise<void>,
): Promise<string> {
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await must("openssl", ["req", "-x509", ...newKey, "-keyout", "ca.key", "-out", "ca.crt", "-days", "2", "-subj", "/CN=test CA"], folder);
  await must("openssl", ["req", ...newKey, "-keyout", "forge.key", "-out", "forge.csr", "-subj", `/CN=${host}`], folder);
  await writeFile(join(folder, "san"), `subjectAltName=DNS:${host}\nextendedKeyUsage=serverAuth\n`);
  const sign = [
    "x509",
    "-req",
    "-in",
    "forge.csr",
    "-CA",
    "ca.crt",
    "-CAkey",
    "ca.key",
    "-CAcreateserial",
    "-out",
    "forge.crt",
    "-days",
    "2",
    "-extfile",
    "san",
  ];
  await must("openssl", sign, folder);
  return join(folder, "ca.crt");
}

/** The seal's way in small: CONNECT to the forge's name leads to the forge, any other name nowhere. */
function connectProxy(port: number): Server {
  const proxy = createHttpServer((_, response) => response.writeHead(403).end());
  proxy.on("connect", (request, socket, head) => {
    if (request.url !== `${host}:443`) {
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      return;
    }
    const upstream = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on("error", () => socket.destroy());
    upstream.on("close", () => socket.destroy());
    socket.on("error", () => upstream.destroy());
    socket.on("close", () => upstream.destroy());
  });
  return proxy;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));
}
