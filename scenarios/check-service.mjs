// What the verify scripts of services share: the service of a checkout as a process of its own on loopback, the services that it calls as
// the script plays them, requests with a time limit, and the frame that prints one line for each check. Plain Node, nothing installed.
//
// The code under judgement comes from a model. It runs with nothing of the environment, under Node's permission model: it reads its own
// checkout, writes one temporary folder, starts no process. Whatever was started here ends here.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { Agent, createServer, request as httpRequest } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { CannotRun, changedPaths, readFolder } from "./check-manifests.mjs";

const loopback = "127.0.0.1";
const requestMs = 8000;
const startMs = 8000;
const wholeMs = 18_000;
const maxBodyBytes = 1024 * 1024;
const keptLogChars = 4000;

/** Where a fix of code may reach: the source, its tests and its documents. */
const mayChange = /^(src|test)\/|^package\.json$|\.md$/;

/**
 * Runs the checks of one scenario against the checkout named on the command line. `judge` gets `check(name, ok, why)` and a `lab`: see
 * `createLab`. The service's own tests run after it, where nothing has failed. Exit status: 0 all ok, 1 some failed, 2 could not run.
 */
export async function verifyService(scriptUrl, judge) {
  const results = [];
  const check = (name, ok, why) => results.push({ check: name, ok, why });
  let lab;
  const judgeAll = async (before, after) => {
    await judge({ check, lab });
    if (results.every(({ ok }) => ok)) await checkOwnTests(check, lab, before, after);
  };
  try {
    const before = readFolder(fileURLToPath(new URL("../repo", scriptUrl)));
    if (process.argv[2] === undefined) throw new CannotRun("usage: node verify.mjs CHECKOUT");
    const after = readFolder(process.argv[2]);
    const outside = changedPaths(before, after).filter((path) => !mayChange.test(path) || (after.has(path) && after.get(path) === undefined));
    check("only-code", outside.length === 0, outside.length === 0 ? "only source, tests and documents changed" : `changed: ${outside.join(", ")}`);
    if (outside.length === 0) {
      lab = createLab(realpathSync(process.argv[2]));
      const running = judgeAll(before, after);
      // What is left when the time is up fails for its end, which nobody waits for any more.
      running.catch(() => {});
      const inTime = await Promise.race([running.then(() => true), lab.timeIsUp]);
      check("in-time", inTime, inTime ? "all checks ran" : `the checks took longer than ${wholeMs / 1000} s`);
    }
  } catch (thrown) {
    if (!(thrown instanceof NotJudged)) {
      console.error(thrown instanceof CannotRun ? thrown.message : thrown.stack);
      process.exitCode = 2;
      return;
    }
  } finally {
    await lab?.close();
  }
  for (const result of results) console.log(JSON.stringify(result));
  // Not before all is printed, and without waiting for what a judge that was late may have left.
  process.exit(results.every(({ ok }) => ok) ? 0 : 1);
}

/** Ends the judging after a check that the rest stands on has failed. */
class NotJudged extends Error {}

/** The tests that the checkout brings along pass, and there are no fewer than before. */
async function checkOwnTests(check, lab, before, after) {
  const tests = (files) => [...files].filter(([path]) => /^test\/.*\.test\.js$/.test(path));
  const wanted = tests(before).reduce((sum, [, text]) => sum + (text.match(/^test\(/gm) ?? []).length, 0);
  const runs = await Promise.all(tests(after).map(async ([path]) => ({ path, ...(await lab.runTest(path)) })));
  const bad = runs.filter(({ ok }) => !ok).map(({ path }) => path);
  const passed = runs.reduce((sum, run) => sum + run.passed, 0);
  const why = bad.length > 0 ? `failed: ${bad.join(", ")}` : passed < wanted ? `${passed} tests passed, there were ${wanted}` : `${passed} passed`;
  check("own-tests", bad.length === 0 && passed >= wanted, why);
}

/**
 * A place to run a checkout in: `start` its service, `play` what it calls, all on loopback and all ended by `close`. `folder` is a
 * temporary folder of its own, the only place that the service may write to.
 */
function createLab(checkout) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "verify-")));
  const children = new Set();
  const servers = new Set();
  // A connection for each request: one that is kept may be closed by the other side just when it is used again.
  const agent = new Agent({ keepAlive: false });
  const stopping = new AbortController();
  const permission = process.allowedNodeEnvironmentFlags.has("--permission") ? "--permission" : "--experimental-permission";
  const probe = fileURLToPath(new URL("check-service-probe.mjs", import.meta.url));

  function run(args, { env = {}, ipc = false } = {}) {
    const allowed = [permission, `--allow-fs-read=${checkout}`, `--allow-fs-read=${folder}`, `--allow-fs-read=${probe}`, `--allow-fs-write=${folder}`];
    const child = spawn(process.execPath, ["--no-warnings", "--max-old-space-size=192", ...allowed, ...args], {
      cwd: checkout,
      env: { LC_ALL: "C", TZ: "UTC", TMPDIR: folder, ...env },
      stdio: ["ignore", "pipe", "pipe", ...(ipc ? ["ipc"] : [])],
    });
    children.add(child);
    const said = { out: "" };
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => (said.out = (said.out + text).slice(-keptLogChars)));
    child.on("error", () => {});
    const ended = once(child, "close").then(([status]) => (children.delete(child), status));
    return { child, said, ended };
  }

  const lab = {
    folder,
    checkout,
    timeIsUp: sleep(wholeMs, false, { ref: false }),

    /** Writes a file below the lab's folder and returns its path. */
    write(path, text) {
      mkdirSync(join(folder, path, ".."), { recursive: true });
      writeFileSync(join(folder, path), text);
      return join(folder, path);
    },

    /** Starts `src/main.js` with HOST and PORT beside `env`, and waits until `/healthz` answers 200. Fails `starts` where it does not. */
    async start(check, env = {}, { memory = false } = {}) {
      for (let attempt = 1; ; attempt++) {
        const port = await freePort();
        const flags = memory ? ["--expose-gc", `--import=${probe}`] : [];
        const { child, said, ended } = run([...flags, "src/main.js"], { env: { ...env, HOST: loopback, PORT: String(port) }, ipc: memory });
        const service = createService({ child, said, port, ask: (...args) => ask(agent, port, ...args) });
        const begun = Date.now();
        while (child.exitCode === null && Date.now() - begun < startMs && !stopping.signal.aborted) {
          if ((await service.get("/healthz", { timeoutMs: 1000 })).status === 200) {
            check("starts", true, "the service answers on loopback");
            return Object.assign(service, { stop: () => (child.kill("SIGKILL"), ended) });
          }
          await sleep(15);
        }
        child.kill("SIGKILL");
        await ended;
        if (/EADDRINUSE/.test(said.out) && attempt < 3) continue;
        check("starts", false, `the service does not answer GET /healthz: ${said.out.trim().slice(-300) || "it said nothing"}`);
        throw new NotJudged();
      }
    },

    /** Plays a service over HTTP: `handle(request, response, body)`. Returns its base address. */
    async play(handle) {
      const server = createServer(async (request, response) => {
        let body = "";
        try {
          for await (const chunk of request) body += chunk;
          await handle(request, response, body);
        } catch {
          response.destroy();
        }
      });
      server.keepAliveTimeout = wholeMs;
      return `http://${await listen(server)}`;
    },

    /** Plays a service over TCP: `handle(socket)` for each connection. Returns `host:port`. */
    async playTcp(handle) {
      const sockets = new Set();
      const server = createTcpServer((socket) => {
        sockets.add(socket);
        socket.setNoDelay(true).setEncoding("utf8").on("error", () => {}).on("close", () => sockets.delete(socket));
        handle(socket);
      });
      server.closeAllConnections = () => sockets.forEach((socket) => socket.destroy());
      return listen(server);
    },

    /** Runs one test file of the checkout. */
    async runTest(path) {
      const { said, ended } = run(["--test-reporter=tap", path]);
      const status = await ended;
      return { ok: status === 0, passed: Number(/^# pass (\d+)$/m.exec(said.out)?.[1] ?? 0) };
    },

    async close() {
      stopping.abort();
      agent.destroy();
      const ending = [...children].map((child) => (child.kill("SIGKILL"), child.exitCode ?? once(child, "close")));
      for (const server of servers) (server.closeAllConnections(), server.close());
      await Promise.race([Promise.all(ending), sleep(2000, undefined, { ref: false })]);
      rmSync(folder, { recursive: true, force: true });
    },
  };

  async function listen(server) {
    servers.add(server);
    server.listen(0, loopback);
    await once(server, "listening");
    return `${loopback}:${server.address().port}`;
  }
  return lab;
}

/** What a check asks a running service: an answer is `{ status, body }`, status 0 where none came, and then `body` says why. */
function createService({ child, said, port, ask }) {
  return {
    port,
    log: () => said.out,
    get: (path, options) => ask("GET", path, undefined, options),
    post: (path, body, options) => ask("POST", path, body, options),
    /** Bytes that live on the heap and beside it after a full collection. */
    async memory() {
      child.send("memory");
      const [bytes] = await once(child, "message", { signal: AbortSignal.timeout(requestMs) });
      return bytes;
    },
  };
}

function ask(agent, port, method, path, body, { timeoutMs = requestMs, headers = {} } = {}) {
  return new Promise((done) => {
    const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
    const request = httpRequest(
      { agent, host: loopback, port, method, path, headers: { ...(text !== undefined && { "content-type": "application/json" }), ...headers } },
      (response) => {
        let read = "";
        response
          .setEncoding("utf8")
          .on("data", (chunk) => {
            read += chunk;
            if (read.length > maxBodyBytes) request.destroy(new Error("the answer is too large"));
          })
          .on("end", () => finish({ status: response.statusCode, body: fromJson(read) }))
          .on("error", fail);
      },
    );
    const timer = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const finish = (answer) => (clearTimeout(timer), done(answer));
    const fail = (error) => finish({ status: 0, body: error.message });
    request.on("error", fail).end(text);
  });
}

function fromJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function freePort() {
  const server = createTcpServer().listen(0, loopback);
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** How often each status came: `201 ×12, 500 ×4`. */
export function tally(answers) {
  const counts = new Map();
  for (const { status, body } of answers) {
    const name = status === 0 ? `none (${body})` : status;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${name} ×${count}`).join(", ");
}
