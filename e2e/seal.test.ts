import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { repositoryGuards } from "../src/seal/policy.ts";
import { findProgram } from "../src/seal/programs.ts";
import type { Refusal } from "../src/seal/refusal.ts";
import { descendantsOf } from "../src/seal/route-counters.ts";
import type { HostHandler } from "../src/seal/switchboard.ts";
import { openListeners } from "./listeners.ts";
import { openSession, runSealed, type SealedSession } from "./sealed-session.ts";

const probe = join(import.meta.dirname, "probe.js");
const searchPath = process.env["PATH"] ?? "";
const echo: HostHandler = (request) => new Response(`${request.method} ${request.url}\n`);

async function withSession(
  hosts: Record<string, HostHandler>,
  work: (session: SealedSession) => Promise<void>,
  options: Parameters<typeof openSession>[1] = {},
): Promise<void> {
  const session = await openSession(hosts, options);
  try {
    await work(session);
  } finally {
    await session.close();
  }
}

function processesNaming(marker: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "latin1").includes(marker);
      } catch {
        return false;
      }
    })
    .map(Number);
}

test("neither TCP nor UDP, v4 nor v6, DNS nor a unix socket reaches a listener that is reachable outside", async () => {
  await withSession(
    { "gateway.internal": echo },
    async (session) => {
      const hostFolder = await mkdtemp(join(tmpdir(), "cl-host-"));
      // One socket where the seal cannot look, one in a folder it may write: there the file is seen and the kernel has to refuse.
      const listeners = await openListeners([hostFolder, session.workDir]);
      const outside = async (): Promise<unknown> => {
        const { stdout } = await promisify(execFile)(process.execPath, [probe, JSON.stringify(listeners.targets)]);
        return JSON.parse(stdout);
      };
      try {
        const allReached = Object.fromEntries(listeners.targets.map(({ name }) => [name, "reached"]));
        assert.deepEqual(await outside(), allReached, "the control: outside all of them answer");
        const { stdout, stderr } = await runSealed(session, { argv: [process.execPath, probe, JSON.stringify(listeners.targets)] });
        const inside = JSON.parse(stdout || stderr) as Record<string, string>;
        assert.deepEqual(Object.keys(inside), Object.keys(allReached));
        assert.deepEqual(
          Object.entries(inside).filter(([, outcome]) => outcome === "reached"),
          [],
        );
        assert.match(inside[`unix ${session.workDir}`] ?? "", /EPERM|EACCES/, "a unix socket is refused by the kernel, not only hidden");
        assert.deepEqual(await outside(), allReached, "the control: they still do");
      } finally {
        listeners.close();
        await rm(hostFolder, { recursive: true });
      }
    },
    { readable: [dirname(process.execPath), import.meta.dirname] },
  );
});

test("other languages and tools fare no better, and direct attempts are counted", async () => {
  const server = createServer((_, response) => response.end("outside"));
  server.listen(0, "127.0.0.1");
  const { port } = await new Promise<AddressInfo>((resolve) => server.once("listening", () => resolve(server.address() as AddressInfo)));
  try {
    assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), "outside");
    await withSession({ "gateway.internal": echo }, async (session) => {
      for (const argv of [
        ["curl", "-sS", "--noproxy", "*", "-m", "5", `http://127.0.0.1:${port}/`],
        ["curl", "-fsS", "-m", "5", `http://127.0.0.1:${port}/`],
        ["socat", "-T5", "-", `TCP:127.0.0.1:${port}`],
        ["bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/${port}`],
        ["getent", "hosts", "example.com"],
      ]) {
        const outcome = await runSealed(session, { argv });
        assert.notEqual(outcome.code, 0, argv.join(" "));
        assert.doesNotMatch(outcome.stdout, /outside/);
      }
      const own = `${process.execPath} -e 'require("http").createServer((_, r) => r.end("inside")).listen(8123)' & sleep 1; curl -sS --retry 20 --retry-connrefused http://localhost:8123/`;
      assert.equal((await runSealed(session, { argv: ["bash", "-c", own] })).stdout, "inside", "the seal has a loopback of its own");
      const before = directAttempts(session);
      for (const address of ["192.0.2.1", "169.254.169.254", "[2001:db8::1]"])
        await runSealed(session, { argv: ["curl", "-sS", "--noproxy", "*", "-m", "5", `http://${address}/`] });
      assert.equal(directAttempts(session) - before, 3);
    });
  } finally {
    server.close();
  }
});

function directAttempts(session: SealedSession): number {
  return session.seal.refusals().find(({ what }) => what === "no-route")?.count ?? 0;
}

test("hosts that are not of the session are refused and listed", async () => {
  await withSession({ "gateway.internal": echo }, async (session) => {
    for (const url of [
      "https://api.anthropic.com/",
      "http://api.anthropic.com/",
      "https://api.anthropic.com/",
      "http://gateway.internal:8080/",
    ])
      assert.doesNotMatch((await runSealed(session, { argv: ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", url] })).stdout, /^2/);
    assert.deepEqual(session.seal.refusals(), [
      { host: "api.anthropic.com", port: 443, what: "not-allowed", count: 2 },
      { host: "api.anthropic.com", port: 80, what: "not-allowed", count: 1 },
    ] satisfies Refusal[]);
    assert.deepEqual(
      session.refused.at(-1),
      { host: "gateway.internal", port: 8080, what: "no-handler", count: 1 },
      "the switchboard's own",
    );
  });
});

test("the session's hosts answer by name, to curl, git, kubectl and gh", async (t) => {
  const head = "1".repeat(40);
  const pkt = (line: string): string => (line.length + 4).toString(16).padStart(4, "0") + line;
  const hosts: Record<string, HostHandler> = {
    "gateway.internal": echo,
    "kube.internal": () => Response.json({ major: "1", minor: "34", gitVersion: "v1.34.0" }),
    "forge.internal": (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/api/v3/user") return Response.json({ login: "agent", token: request.headers.get("authorization") });
      if (!pathname.endsWith("/info/refs")) return echo(request);
      const body = `${pkt("# service=git-upload-pack\n")}0000${pkt(`${head} refs/heads/main\0agent=test\n`)}0000`;
      return new Response(body, { headers: { "content-type": "application/x-git-upload-pack-advertisement" } });
    },
  };
  const kubectl = await findProgram("kubectl", searchPath);
  const gh = await findProgram("gh", searchPath);
  const readable = [dirname(process.execPath), ...[kubectl, gh].flatMap((path) => (path === undefined ? [] : [path]))];
  await withSession(
    hosts,
    async (session) => {
      const said = async (argv: string[], env: Record<string, string> = {}): Promise<string> => {
        const outcome = await runSealed(session, { argv, env });
        assert.equal(outcome.code, 0, `${argv.join(" ")}: ${outcome.stderr}`);
        return outcome.stdout.trim();
      };
      assert.equal(await said(["curl", "-sS", "http://gateway.internal/a?b"]), "GET http://gateway.internal/a?b");
      assert.equal(await said(["curl", "-sS", "https://forge.internal/a"]), "GET https://forge.internal/a");
      for (const scheme of ["http", "https"])
        assert.equal(await said(["git", "ls-remote", `${scheme}://forge.internal/team/shop.git`]), `${head}\trefs/heads/main`);
      if (kubectl === undefined) t.diagnostic("kubectl is not on this machine");
      else assert.match(await said([kubectl, "--server", "http://kube.internal", "get", "--raw", "/version"]), /v1\.34\.0/);
      if (gh === undefined) t.diagnostic("gh is not on this machine");
      else {
        const env = { GH_HOST: "forge.internal", GH_ENTERPRISE_TOKEN: "t", GH_TELEMETRY: "false", GH_NO_UPDATE_NOTIFIER: "1" };
        assert.deepEqual(JSON.parse(await said([gh, "api", "user"], env)), { login: "agent", token: "token t" });
      }
      assert.deepEqual(session.refused, []);
    },
    { readable },
  );
});

test("nothing outlives the session: daemons, sockets, folders", async () => {
  const marker = `cloister-daemon-${process.pid}-${Date.now()}`;
  const daemon = `(setsid sh -c 'exec 3<&-; : ${marker}; sleep 3600; true' </dev/null >/dev/null 2>&1 &) ; `;
  const session = await openSession({ "gateway.internal": echo });
  try {
    const left = await runSealed(session, { argv: ["bash", "-c", `${daemon} sleep 0.1; echo ready`] });
    assert.equal(left.stdout, "ready\n");
    assert.deepEqual(processesNaming(marker), [], "it went with the program that started it");

    const stop = new AbortController();
    const command = { argv: ["bash", "-c", `${daemon} echo ready; sleep 3600`], env: { PATH: "/usr/bin:/bin" }, cwd: session.workDir };
    const aborted = await session.seal.run(command, { stdio: "pipe", signal: stop.signal });
    await new Promise((resolve) => aborted.stdout?.once("data", resolve));
    while (processesNaming(marker).length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    stop.abort();
    assert.notEqual((await aborted.exited).code, 0);
    assert.deepEqual(processesNaming(marker), [], "Ctrl-C ends it");

    const forgotten = await session.seal.run(command, { stdio: "pipe" });
    await new Promise((resolve) => forgotten.stdout?.once("data", resolve));
    assert.notDeepEqual(processesNaming(marker), [], "the control: it runs");
  } finally {
    await session.close();
  }
  assert.deepEqual(processesNaming(marker), []);
  assert.deepEqual(descendantsOf(process.pid), [], "the sandbox's helpers are gone");
  assert.equal(existsSync(session.root), false);
});

test("when the process that holds the seal is killed with SIGKILL, nothing goes on running", async () => {
  const marker = `cloister-orphan-${process.pid}-${Date.now()}`;
  const owner = `
    import { openSession } from ${JSON.stringify(join(import.meta.dirname, "sealed-session.js"))};
    const session = await openSession({ "gateway.internal": () => new Response("") });
    await session.seal.run({ argv: ["sh", "-c", ": ${marker}; sleep 3600; true"], env: { PATH: "/usr/bin:/bin" }, cwd: session.workDir }, { stdio: "pipe" });
  `;
  // Its folder and the runtime's socket stay where they are after such an end, so they are put where the test can remove them.
  const temp = await mkdtemp(join(tmpdir(), "cl-"));
  const child = spawn(process.execPath, ["--input-type=module", "-e", owner], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, TMPDIR: temp },
  });
  try {
    const pid = child.pid ?? 0;
    while (descendantsOf(pid).length < 4 || processesNaming(marker).length < 3) await new Promise((resolve) => setTimeout(resolve, 10));
    const family = descendantsOf(pid);
    child.kill("SIGKILL");
    await once(child, "exit");
    const left = (): number[] => family.filter((each) => isRunning(each));
    for (let tries = 0; tries < 500 && left().length > 0; tries++) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.deepEqual(left(), []);
    assert.deepEqual(processesNaming(marker), []);
  } finally {
    child.kill("SIGKILL");
    await rm(temp, { recursive: true, force: true });
  }
});

function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}

test("reads and writes are confined, and nothing of the caller's environment comes in", async () => {
  const home = await mkdtemp(join(homedir(), ".cloister-test-"));
  const secret = join(home, "secret");
  await writeFile(secret, "a secret");
  process.env["CLOISTER_TEST_SECRET"] = "a secret";
  try {
    await withSession({ "gateway.internal": echo }, async (session) => {
      const sh = async (script: string, argument = ""): Promise<Outcome> =>
        runSealed(session, { argv: ["sh", "-c", script, "sh", argument] });
      type Outcome = Awaited<ReturnType<typeof runSealed>>;
      assert.notEqual((await sh('cat "$1"', secret)).code, 0);
      assert.equal(await readFile(secret, "utf8"), "a secret");
      assert.notEqual((await sh("touch /etc/cloister-test /usr/cloister-test")).code, 0);
      assert.equal((await sh('echo kept > file && cat file && mktemp && echo x > "$TMPDIR/y"')).code, 0);
      assert.equal(await readFile(join(session.workDir, "file"), "utf8"), "kept\n");
      assert.doesNotMatch((await sh("env")).stdout, /SECRET|192\.168|JAVA_TOOL_OPTIONS/);
      assert.equal(
        (await sh("printf '%s' \"$1\"", 'it\'s $HOME `id` "q" \\ \n!')).stdout,
        'it\'s $HOME `id` "q" \\ \n!',
        "arguments arrive as they are",
      );
    });
  } finally {
    delete process.env["CLOISTER_TEST_SECRET"];
    await rm(home, { recursive: true });
  }
});

test("the folder that all sandboxes of a machine share is no way in or out", async () => {
  const shared = "/tmp/claude";
  const existed = existsSync(shared);
  await mkdir(shared, { recursive: true });
  const note = await mkdtemp(join(shared, "cloister-test-"));
  await writeFile(join(note, "note"), "from another session");
  const file = `${note}.txt`;
  await writeFile(file, "from another session");
  try {
    await withSession({ "gateway.internal": echo }, async (session) => {
      const argv = ["sh", "-c", 'cat "$1"/note "$1".txt; touch /tmp/claude/out "$1"/out', "sh", note];
      const { code, stdout } = await runSealed(session, { argv });
      assert.deepEqual([code !== 0, stdout], [true, ""]);
    });
    assert.deepEqual([existsSync(join(shared, "out")), existsSync(join(note, "out"))], [false, false]);
  } finally {
    for (const path of [existed ? note : shared, file]) await rm(path, { recursive: true, force: true });
  }
});

test("a repository's hooks and configuration can be kept from being changed", async () => {
  const root = await mkdtemp(join(tmpdir(), "cl-repo-"));
  await mkdir(join(root, ".git", "hooks"), { recursive: true });
  await writeFile(join(root, ".git", "config"), "[core]\n");
  try {
    await withSession(
      { "gateway.internal": echo },
      async (session) => {
        const argv = ["sh", "-c", "echo evil > .git/hooks/pre-commit; echo evil >> .git/config; mv .git .git2; cat .git/config"];
        assert.equal((await runSealed(session, { argv, cwd: root })).stdout, "[core]\n");
        assert.equal(existsSync(join(root, ".git", "hooks", "pre-commit")), false);
        const listed = await runSealed(session, { argv: ["sh", "-c", "echo x > file; ls -A"], cwd: root });
        assert.equal(listed.stdout, ".git\nfile\n", "the rest can be written, and nothing of the sandbox's shows");
      },
      { readOnly: repositoryGuards(root), writable: [root] },
    );
  } finally {
    await rm(root, { recursive: true });
  }
});

test("a proxy of the caller's environment is not taken for a way out", async () => {
  let connections = 0;
  const proxy = createServer((_, response) => response.end("through the proxy")).on("connection", () => connections++);
  proxy.on("connect", (_, socket) => socket.end("HTTP/1.1 200 OK\r\n\r\n"));
  proxy.listen(0, "127.0.0.1");
  await new Promise((resolve) => proxy.once("listening", resolve));
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const names = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"];
  const kept = Object.fromEntries(names.map((name) => [name, process.env[name]]));
  for (const name of names) process.env[name] = url;
  try {
    await withSession({ "gateway.internal": echo }, async (session) => {
      assert.equal(
        (await runSealed(session, { argv: ["curl", "-sS", "http://gateway.internal/"] })).stdout,
        "GET http://gateway.internal/\n",
      );
      for (const address of ["http://example.com/", "https://example.com/"])
        assert.doesNotMatch((await runSealed(session, { argv: ["curl", "-sS", address] })).stdout, /through the proxy/);
      assert.equal(connections, 0);
    });
  } finally {
    for (const name of names) {
      if (kept[name] === undefined) delete process.env[name];
      else process.env[name] = kept[name];
    }
    proxy.close();
  }
});

test("without its programs the seal does not open, and says what to install; a second one in the process does not open either", async () => {
  const empty = await mkdtemp(join(tmpdir(), "cl-empty-"));
  try {
    await assert.rejects(openSession({ "gateway.internal": echo }, { searchPath: empty }), {
      code: "missing",
      message: /bwrap, socat, rg/,
      hint: "apt-get install bubblewrap socat ripgrep",
    });
    await withSession({ "gateway.internal": echo }, async (session) => {
      await assert.rejects(openSession({ "gateway.internal": echo }), { code: "locked" });
      assert.equal((await runSealed(session, { argv: ["true"] })).code, 0, "the first one goes on");
    });
  } finally {
    await rm(empty, { recursive: true });
  }
});
