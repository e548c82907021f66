import { type ChildProcess, execFile, spawn } from "node:child_process";
import { access, constants, mkdir, open, readFile, writeFile } from "node:fs/promises";
import { request as httpsRequest } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";

/** A real kube-apiserver with an etcd behind it, on loopback, and nothing else of a cluster: no controller and no kubelet runs. */
export interface RealServer {
  readonly port: number;
  readonly version: string;
  readonly kubeconfig: (namespace: string) => Promise<string>;
  api(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown }>;
  readonly store: Store;
  stop(): Promise<void>;
}

/** What etcd holds, by key. */
export interface Store {
  keys(): Promise<ReadonlySet<string>>;
  all(): Promise<ReadonlyMap<string, string>>;
  write(key: string, value: string): Promise<void>;
  remove(key: string): Promise<void>;
}

/** The folder that `scripts/real-cluster/build.sh` fills, or why there is none. */
export async function findBinaries(env: NodeJS.ProcessEnv): Promise<{ readonly folder: string } | { readonly missing: string }> {
  const tools = env["CLOISTER_TEST_TOOLS"] ?? join(tmpdir(), "cloister-test-tools");
  const folder = env["CLOISTER_TEST_REAL_CLUSTER"] ?? join(tools, "real-cluster-v1.34.3");
  for (const name of ["kube-apiserver", "etcd"]) {
    const there = await access(join(folder, name), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (!there) return { missing: `no ${name} in ${folder}: scripts/real-cluster/build.sh builds it` };
  }
  return { folder };
}

const token = "of-this-run-alone";

/** Starts both in a folder of their own and waits until they answer. Whoever starts it stops it. */
export async function startRealServer(binaries: string, folder: string): Promise<RealServer> {
  const [clients, peers, port] = [await freePort(), await freePort(), await freePort()];
  await mkdir(join(folder, "certs"), { recursive: true });
  await promisify(execFile)("openssl", ["genrsa", "-out", join(folder, "accounts.key"), "2048"]);
  await writeFile(join(folder, "tokens.csv"), `${token},admin,1,"system:masters"\n`, { mode: 0o600 });
  const children: ChildProcess[] = [];
  // Also where the run is broken off: neither of the two ends by itself.
  const kill = () => {
    for (const child of children) child.kill("SIGKILL");
  };
  const leave = () => process.exit(130);
  process.once("exit", kill);
  process.once("SIGINT", leave);
  process.once("SIGTERM", leave);
  const stop = async () => {
    process.off("exit", kill);
    process.off("SIGINT", leave);
    process.off("SIGTERM", leave);
    for (const child of children.toReversed()) await end(child);
  };
  try {
    const at = (number: number) => `http://127.0.0.1:${number}`;
    const etcd = {
      "data-dir": join(folder, "etcd"),
      "listen-client-urls": at(clients),
      "advertise-client-urls": at(clients),
      "listen-peer-urls": at(peers),
      "initial-advertise-peer-urls": at(peers),
      "initial-cluster": `default=${at(peers)}`,
      "unsafe-no-fsync": "true",
    };
    children.push(await start(join(binaries, "etcd"), join(folder, "etcd.log"), etcd));
    const log = join(folder, "kube-apiserver.log");
    const accounts = join(folder, "accounts.key");
    const apiserver = {
      "etcd-servers": at(clients),
      "storage-media-type": "application/json",
      "bind-address": "127.0.0.1",
      "secure-port": String(port),
      "cert-dir": join(folder, "certs"),
      "token-auth-file": join(folder, "tokens.csv"),
      "authorization-mode": "RBAC",
      "service-account-key-file": accounts,
      "service-account-signing-key-file": accounts,
      "service-account-issuer": "https://kubernetes.default.svc",
      "service-cluster-ip-range": "10.96.0.0/12",
      // Whatever would change a recorded object on its way in, or refuse it for what it shows.
      "disable-admission-plugins":
        "ServiceAccount,LimitRanger,ResourceQuota,Priority,TaintNodesByCondition,DefaultTolerationSeconds,DefaultStorageClass,StorageObjectInUseProtection,DefaultIngressClass,RuntimeClass,PodSecurity",
    };
    children.push(await start(join(binaries, "kube-apiserver"), log, apiserver));
    const api: RealServer["api"] = (method, path, body) => send(port, method, path, body);
    await ready(children, () => api("GET", "/readyz"), log);
    const { body } = await api("GET", "/version");
    return {
      port,
      version: (body as { gitVersion: string }).gitVersion,
      api,
      store: storeAt(at(clients)),
      stop,
      kubeconfig: async (namespace) => {
        const file = join(folder, `kubeconfig-${namespace}`);
        await writeFile(file, kubeconfigText(port, join(folder, "certs/apiserver.crt"), namespace), { mode: 0o600 });
        return file;
      },
    };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

function kubeconfigText(port: number, authority: string, namespace: string): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "real", cluster: { server: `https://127.0.0.1:${port}`, "certificate-authority": authority } }],
    users: [{ name: "admin", user: { token } }],
    contexts: [{ name: "real", context: { cluster: "real", user: "admin", namespace } }],
    "current-context": "real",
  });
}

async function start(program: string, log: string, flags: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const file = await open(log, "w");
  try {
    const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
    return spawn(program, args, { stdio: ["ignore", file.fd, file.fd] });
  } finally {
    await file.close();
  }
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((done) => {
    if (child.exitCode !== null || child.signalCode !== null) return done();
    const kill = setTimeout(() => child.kill("SIGKILL"), 15_000);
    child.once("exit", () => {
      clearTimeout(kill);
      done();
    });
    child.kill("SIGTERM");
  });
}

async function ready(children: readonly ChildProcess[], ask: () => Promise<{ status: number }>, log: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (children.some(({ exitCode }) => exitCode !== null)) break;
    const answer = await ask().catch(() => undefined);
    if (answer?.status === 200) return;
    await new Promise((later) => setTimeout(later, 500));
  }
  throw new Error(`kube-apiserver did not become ready:\n${(await readFile(log, "utf8")).split("\n").slice(-15).join("\n")}`);
}

function send(port: number, method: string, path: string, body: unknown): Promise<{ status: number; body: unknown }> {
  return new Promise((done, fail) => {
    const request = httpsRequest(
      {
        host: "127.0.0.1",
        port,
        path,
        method,
        // The certificate is of this run, and the address is this machine's own.
        rejectUnauthorized: false,
        headers: { authorization: `Bearer ${token}`, accept: "application/json", "content-type": "application/json" },
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("error", fail);
        response.on("end", () => {
          const text = Buffer.concat(parts).toString("utf8");
          done({ status: response.statusCode ?? 0, body: text.startsWith("{") ? (JSON.parse(text) as unknown) : text });
        });
      },
    );
    request.on("error", fail);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Through etcd's own gateway from JSON; keys and values are base64 there. */
function storeAt(url: string): Store {
  const call = async (method: string, body: object): Promise<unknown> => {
    const response = await fetch(`${url}/v3/kv/${method}`, { method: "POST", body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`etcd ${method}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const code = (text: string) => Buffer.from(text).toString("base64");
  const decode = (text: string) => Buffer.from(text, "base64").toString("utf8");
  type Range = { readonly kvs?: readonly { readonly key: string; readonly value?: string }[] };
  return {
    async keys() {
      const found = (await call("range", { key: code("/registry/"), range_end: code("/registry0"), keys_only: true })) as Range;
      return new Set((found.kvs ?? []).map(({ key }) => decode(key)));
    },
    async all() {
      const found = (await call("range", { key: code("/registry/"), range_end: code("/registry0") })) as Range;
      return new Map((found.kvs ?? []).map(({ key, value }) => [decode(key), decode(value ?? "")]));
    },
    async write(key, value) {
      await call("put", { key: code(key), value: code(value) });
    },
    async remove(key) {
      await call("deleterange", { key: code(key) });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (typeof address === "object" && address !== null ? done(address.port) : fail(new Error("no port"))));
    });
  });
}
