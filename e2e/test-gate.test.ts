import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import type { GateVerdict, PushedBranch } from "../src/incident/forge/gate.ts";
import type { GateReport } from "../src/incident/gate.ts";
import { loadScenario } from "../src/incident/scenario.ts";
import type { Files } from "../src/incident/tests/check-tests.ts";
import { createTestGate } from "../src/incident/tests/test-gate.ts";
import { runInBox } from "../src/seal/box.ts";
import { findProgram } from "../src/seal/programs.ts";
import { requireNamespaces } from "../src/seal/prove-seal.ts";

/** The gate of incidents in code, with real tests in a real sandbox: what passes, what does not, and that nothing of ours is in reach. */

const root = resolve(import.meta.dirname, "../../scenarios");
const searchPath = process.env["PATH"] ?? "";

async function canSeal(t: TestContext): Promise<boolean> {
  try {
    await requireNamespaces((await findProgram("bwrap", searchPath)) ?? "bwrap");
    return true;
  } catch {
    t.skip("bubblewrap cannot make namespaces on this machine");
    return false;
  }
}

async function filesOf(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).slice(folder.length + 1);
    if (entry.isFile() && !path.startsWith(".git/")) files.set(path, await readFile(join(folder, path), "utf8"));
  }
  return files;
}

async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "test-gate-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Asked {
  readonly command?: readonly string[];
  readonly proof?: "required" | "told";
  readonly timeoutMs?: number;
}

async function push(
  base: Files,
  head: Files,
  { command = ["node", "--test"], proof = "told", timeoutMs }: Asked = {},
): Promise<{ verdict: GateVerdict; report: GateReport }> {
  return withFolder(async (tempRoot) => {
    const reports: GateReport[] = [];
    const gate = createTestGate({
      command,
      proof,
      timeoutMs,
      tempRoot,
      searchPath,
      node: process.execPath,
      onVerdict: (one) => reports.push(one),
    });
    const side = (commit: string): Files => (commit === "base" ? base : head);
    const pushed: PushedBranch = {
      owner: "acme",
      repository: "service",
      branch: "fix/it",
      base: "base",
      commit: "head",
      changedFiles: [],
      list: async (commit) => Promise.resolve([...side(commit).keys()]),
      read: async (commit, path) => Promise.resolve(side(commit).get(path)),
    };
    const verdict = await gate(pushed);
    const [report] = reports;
    assert.ok(report);
    return { verdict, report };
  });
}

const base: Files = new Map([
  ["package.json", '{ "type": "module", "scripts": { "test": "node --test" } }'],
  ["src/sum.js", "export const sum = (a, b) => a - b;\n"],
  [
    "test/sum.test.js",
    test_("sums with nothing", "assert.equal(sum(2, 0), 2)") + test_("is a number", 'assert.equal(typeof sum(1, 1), "number")'),
  ],
  ["deploy/app.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: app }\n"],
]);

function test_(name: string, body: string, options = ""): string {
  return `import { test } from "node:test"; import assert from "node:assert/strict"; import { sum } from "../src/sum.js";\ntest("${name}", ${options}() => { ${body}; });\n`
    .split("\n")
    .slice(name === "is a number" ? 1 : 0)
    .join("\n");
}

const mended = "export const sum = (a, b) => a + b;\n";
const oldTests = base.get("test/sum.test.js") ?? "";
const proof = `${oldTests}test("sums", () => { assert.equal(sum(2, 2), 4); });\n`;
const change = (files: Record<string, string | undefined>): Files =>
  new Map([...new Map([...base, ...(Object.entries(files) as [string, string][])])].filter(([, text]) => text !== undefined));

test("a change whose tests pass is let through, and one that brings a test that failed before has shown what it mends", async (t) => {
  if (!(await canSeal(t))) return;
  const plain = await push(base, change({ "src/sum.js": mended }));
  assert.deepEqual([plain.verdict.kind, plain.report.objections, plain.report.tests?.proved], ["pass", [], false]);
  assert.deepEqual(plain.report.tests?.passed, { before: 2, after: 2 });
  const shown = await push(base, change({ "src/sum.js": mended, "test/sum.test.js": proof }));
  assert.deepEqual([shown.verdict.kind, shown.report.tests?.proved], ["pass", true]);
  const strict = await push(base, change({ "src/sum.js": mended }), { proof: "required" });
  assert.deepEqual(strict.report.objections, ["no test fails without the change: nothing shows that it mends the fault"]);
  const idle = await push(
    base,
    change({ "src/sum.js": `${mended}// as before\n`, "test/sum.test.js": `${oldTests}test("is", () => {});\n` }),
    { proof: "required" },
  );
  assert.deepEqual(idle.report.objections, ["every new test passes without the change too: none shows the fault"]);
  const npm = await push(base, change({ "src/sum.js": mended }), { command: ["npm", "test"] });
  assert.deepEqual(npm.report.objections, []);
});

const refused: readonly { readonly name: string; readonly files: Record<string, string | undefined>; readonly says: RegExp }[] = [
  {
    name: "tests that fail, with the test's name",
    files: { "src/sum.js": "export const sum = () => 'x';\n" },
    says: /the tests fail:.*sums with nothing/s,
  },
  {
    name: "a test file that is deleted",
    files: { "src/sum.js": mended, "test/sum.test.js": undefined },
    says: /test test\/sum\.test\.js is taken away/,
  },
  {
    name: "a test that expects less",
    files: { "src/sum.js": "export const sum = () => 1;\n", "test/sum.test.js": oldTests.replace("sum(2, 0), 2", "sum(2, 0), 1") },
    says: /as they were before fail over the changed sources:.*sums with nothing/s,
  },
  {
    name: "a test that is skipped",
    files: { "src/sum.js": mended, "test/sum.test.js": oldTests.replace('test("is a number", ', 'test("is a number", { skip: true }, ') },
    says: /1 tests pass, and 2 did before|1 tests are left out/,
  },
  {
    name: "a test that is taken out of its file",
    files: { "src/sum.js": mended, "test/sum.test.js": oldTests.split("\n").slice(0, 2).join("\n") },
    says: /1 tests pass, and 2 did before/,
  },
  {
    name: "a source that ends the tests before they begin",
    files: { "src/sum.js": "process.exit(0);\nexport const sum = () => 1;\n" },
    says: /tests pass, and 2 did before/,
  },
  {
    name: "a source that never ends",
    files: { "src/sum.js": "while (true);\nexport const sum = () => 1;\n" },
    says: /took too long and were ended/,
  },
  {
    name: "another command for the tests",
    files: { "src/sum.js": mended, "package.json": '{ "type": "module", "scripts": { "test": "true" } }' },
    says: /package\.json changes/,
  },
  {
    name: "a manifest",
    files: { "src/sum.js": mended, "deploy/app.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: other }\n" },
    says: /deploy\/app\.yaml changes, and the fault is in the code/,
  },
  { name: "tests alone", files: { "test/sum.test.js": oldTests }, says: /no source is changed/ },
];
for (const { name, files, says } of refused)
  test(`refused: ${name}`, async (t) => {
    if (!(await canSeal(t))) return;
    const { verdict } = await push(base, change(files), name === "a source that never ends" ? { timeoutMs: 5000 } : {});
    assert.equal(verdict.kind, "refuse");
    assert.match(verdict.kind === "refuse" ? verdict.says.join("\n") : "", says);
  });

test("what cannot be run is refused with the reason", async (t) => {
  if (!(await canSeal(t))) return;
  const missing = await push(base, change({ "src/sum.js": mended }), { command: ["no-such-runner"] });
  assert.equal(missing.verdict.kind, "refuse");
  await withFolder(async (tempRoot) => {
    const gate = createTestGate({
      command: ["node"],
      proof: "told",
      tempRoot,
      searchPath: "/nowhere",
      node: process.execPath,
      onVerdict: () => undefined,
    });
    const verdict = await gate({
      owner: "",
      repository: "",
      branch: "b",
      base: "base",
      commit: "head",
      changedFiles: [],
      list: async () => Promise.resolve([]),
      read: async () => Promise.resolve(undefined),
    });
    assert.match(verdict.kind === "refuse" ? verdict.says.join("\n") : "", /could not be run: bubblewrap is not there/);
  });
});

test("inside there is no network, no home, no environment and no file of ours; only its own folder can be written", async (t) => {
  if (!(await canSeal(t))) return;
  await withFolder(async (folder) => {
    const bwrap = (await findProgram("bwrap", searchPath)) ?? "";
    const look = `const fs = require("node:fs");
const seen = (path) => { try { return fs.readdirSync(path).length > 0; } catch { return false; } };
const written = ["/usr/x", "/etc/x", "/x", process.cwd() + "/x"].filter((path) => { try { fs.writeFileSync(path, ""); return true; } catch { return false; } });
fetch("http://192.0.2.1/", { signal: AbortSignal.timeout(3000) }).then(() => "open", (error) => error.cause?.code ?? error.name).then((network) => {
  console.log(JSON.stringify({ environment: Object.keys(process.env), home: seen("/root") || seen("/home"), ours: seen(${JSON.stringify(resolve(root, ".."))}), processes: fs.readdirSync("/proc").filter((name) => /^\\d+$/.test(name)).length, network, written: written.length }));
});`;
    const { code, output } = await runInBox({
      bwrap,
      folder,
      argv: [process.execPath, "-e", look],
      programs: [],
      timeoutMs: 20_000,
      mostBytes: 10_000,
    });
    assert.equal(code, 0, output);
    const seen = JSON.parse(output) as Record<string, unknown>;
    assert.deepEqual((seen["environment"] as string[]).sort(), [
      "CI",
      "HOME",
      "LC_ALL",
      "PATH",
      "PWD",
      "TMPDIR",
      "TZ",
      "npm_config_update_notifier",
    ]);
    assert.deepEqual([seen["home"], seen["ours"], seen["network"]], [false, false, "ENETUNREACH"]);
    assert.ok(Number(seen["processes"]) <= 3);
    // The root of the box is its own and goes with it.
    assert.ok(Number(seen["written"]) <= 3);
    await assert.rejects(readFile("/usr/x"));
    await assert.rejects(readFile("/etc/x"));
    const hoard = `const held = []; try { for (let n = 0; n < 4; n++) held.push(Buffer.allocUnsafeSlow(1.5 * 1024 ** 3)); console.log("took"); } catch { console.log("refused"); }`;
    const greedy = await runInBox({
      bwrap,
      folder,
      argv: [process.execPath, "-e", hoard],
      programs: [],
      timeoutMs: 20_000,
      mostBytes: 10_000,
    });
    assert.equal(greedy.output, "refused\n", "6 GiB are more than a process may have");
    const loud = await runInBox({ bwrap, folder, argv: ["/bin/sh", "-c", "yes"], programs: [], timeoutMs: 20_000, mostBytes: 10_000 });
    assert.deepEqual([loud.code, loud.stopped], [null, "output"]);
  });
});

/** Nearly every wrong fix of a code scenario passes the tests that the service had when it failed: what tells it from a right one is a test that failed. */
for (const entry of readdirSync(root, { withFileTypes: true })) {
  if (!entry.isDirectory()) continue;
  test(`${entry.name}: a right fix with its test passes the gate, and no wrong one does`, async (t) => {
    const scenario = await loadScenario(join(root, entry.name));
    if (!scenario.truth.causes.some((cause) => "code" in cause)) return t.skip("its cause is in manifests");
    if (!(await canSeal(t))) return;
    const before = await filesOf(scenario.paths.repo);
    const patches = async (kind: string): Promise<string[]> =>
      (await readdir(join(scenario.folder, "verify", kind))).map((patch) => join(kind, patch));
    const withTest: string[] = [];
    for (const patch of await patches("right"))
      if ((await readFile(join(scenario.folder, "verify", patch), "utf8")).includes("+++ b/test/")) withTest.push(patch);
    assert.ok(withTest.length > 0, "one of the right fixes brings a test");
    // Without a test of their own they are all refused for the same reason; two are enough to see it.
    for (const patch of [...withTest, ...(await patches("wrong")).slice(-2)])
      await withFolder(async (folder) => {
        await cp(scenario.paths.repo, folder, { recursive: true });
        await promisify(execFile)("git", ["init", "--quiet"], { cwd: folder });
        await promisify(execFile)("git", ["apply", join(scenario.folder, "verify", patch)], { cwd: folder });
        const { report } = await push(before, await filesOf(folder), { proof: "required" });
        assert.equal(report.objections.length === 0, patch.startsWith("right"), `${patch}: ${report.objections.join("; ")}`);
      });
  });
}
