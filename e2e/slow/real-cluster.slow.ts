import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { after, before, test, type TestContext } from "node:test";
import type { CaptureManifest } from "../../src/incident/capture/manifest.ts";
import { loadCluster } from "../../src/incident/cluster/load-cluster.ts";
import { loadScenario } from "../../src/incident/scenario.ts";
import { type Command, commandsFor } from "./commands.ts";
import { askBoth, type Comparison, compareServers, type Difference, withRecorded } from "./compare-servers.ts";
import { reasonFor } from "./known-differences.ts";
import { loadManifests, recordServer } from "./load-gallery.ts";
import { clearServer } from "./load-into-server.ts";
import { findBinaries, type RealServer, startRealServer } from "./real-server.ts";

/**
 * The recorded cluster against a real kube-apiserver: the same objects in both, the same kubectl, every difference told. Not in the default
 * suite; `docs/recorded-cluster.md` says how to run it.
 */
const root = resolve(import.meta.dirname, "../../..");
const gallery = join(root, "e2e/slow/gallery.yaml");
const wanted = process.env["CLOISTER_TEST_SCENARIOS"]?.split(",");
const scenarios = readdirSync(join(root, "scenarios"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && (wanted?.includes(entry.name) ?? true))
  .map(({ name }) => name)
  .sort();

const binaries = await findBinaries(process.env);
const kubectl = process.env["CLOISTER_TEST_KUBECTL"]?.split(delimiter).at(-1) ?? "kubectl";
const folder = await mkdtemp(join(tmpdir(), "cloister-real-"));
let server: RealServer | undefined;
const rows: string[] = [];

before(async () => {
  if ("folder" in binaries) server = await startRealServer(binaries.folder, folder);
});
after(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
  if (rows.length > 0) process.stdout.write(`\n${[headline, ...rows].join("\n")}\n`);
});

const headline = `${"".padEnd(22)} commands   same  known  other`;

function withServer(name: string, use: (real: RealServer, t: TestContext) => Promise<void>): void {
  test(name, async (t) => {
    if (server === undefined) return t.skip("missing" in binaries ? binaries.missing : "the server did not start");
    await use(server, t);
  });
}

/** Adds a line to the table and demands that every difference is one of those that are known. */
function account(name: string, commands: readonly Command[], differences: readonly Difference[]): void {
  const other = differences.filter(({ command }) => reasonFor(command) === undefined);
  const cells = [commands.length, commands.length - differences.length, differences.length - other.length, other.length];
  rows.push(`${name.padEnd(22)} ${cells.map((cell, at) => String(cell).padStart(at === 0 ? 8 : 6)).join(" ")}`);
  assert.deepEqual(other.map(told), []);
}

function told({ command, real, recorded }: Difference): string {
  return `kubectl ${command.args.join(" ")}\n  real:     ${real}\n  recorded: ${recorded}`;
}

for (const id of scenarios)
  withServer(`${id}: kubectl prints the same from the recording and from a real API server`, async (real) => {
    const scenario = await loadScenario(join(root, "scenarios", id));
    const recording = await loadCluster(scenario.paths.cluster);
    const { commands, differences, refused }: Comparison = await compareServers(real, recording, scenario.namespace, { kubectl, folder });
    assert.ok(commands.length >= 20);
    account(id, commands, differences);
    assert.deepEqual(
      refused.map(({ object, why }) => `${object}: ${why}`).filter((line) => !isOfAnotherVersion(line)),
      [],
    );
  });

/** A job's conditions before 1.32, which a later server does not take any more. */
function isOfAnotherVersion(line: string): boolean {
  return /^Job .*cannot set (?:Complete|Failed)=True condition without the (?:SuccessCriteriaMet|FailureTarget)=true condition$/.test(line);
}

withServer("kinds and states of all sorts: a recording of a server prints what the server prints", async (real) => {
  const began = await real.store.all();
  try {
    await loadManifests(real, gallery);
    const recorded = await recordServer(real);
    // These are not kept anywhere: the server looks at itself each time, and its leases are renewed.
    const commands = commandsFor(recorded, "gallery").filter(
      ({ args }) => !args.some((arg) => /^componentstatuses|^flowschemas/.test(arg)),
    );
    const differences = await withRecorded(recorded, "gallery", recorded.recordedAt, { kubectl, folder }, async (config) =>
      askBoth(commands, await real.kubeconfig("gallery"), config, { kubectl, folder }),
    );
    account("gallery", commands, differences);
  } finally {
    await clearServer(real, began);
  }
});

const secrets = [
  "Correct-Horse-Battery-9",
  "Pull-Me-77-Times",
  "in-a-custom-resource-1",
  "in-a-file-of-settings-2",
  "in-a-config-map-3",
  "in-a-variable-4",
  "in-an-argument-5",
];

withServer("a captured namespace of a real API server replays as it was, holds no secret, and runs as a scenario", async (real, t) => {
  const began = await real.store.all();
  try {
    await loadManifests(real, gallery);
    const config = await real.kubeconfig("gallery");
    const out = join(folder, "gallery-captured");
    const captured = await cloister("incident", "capture", "-n", "gallery", "--kubeconfig", config, "--out", out, "--json");
    assert.equal(captured.code, 0, captured.stderr);
    const manifest = JSON.parse(captured.stdout) as CaptureManifest;
    // No kubelet runs: the logs are left out, and nothing else.
    assert.equal(manifest.logs.files, 0);
    assert.ok(manifest.leftOut.some(({ what }) => what === "log gallery/api-2-crash/api"));
    await demandNoSecret(out);

    const scenario = await loadScenario(out);
    const recorded = await loadCluster(scenario.paths.cluster);
    const commands = commandsFor(recorded, "gallery").filter(isAboutTheCapture);
    const differences = await withRecorded(recorded, "gallery", recorded.recordedAt, { kubectl, folder }, (own) =>
      askBoth(commands, config, own, { kubectl, folder }, isTakenOut),
    );
    account("gallery, captured", commands, differences);
    assert.deepEqual(await triageOf("--kubeconfig", config, "-n", "gallery"), await triageOf("--scenario", out));

    const run = await cloister("incident", "run", "gallery-captured", "--scenarios", folder, "--runtime", "scripted", "--json");
    if (/Claude Code|sandbox|bubblewrap|bwrap/.test(run.stderr)) return t.diagnostic(`not run as a scenario: ${run.stderr.trim()}`);
    const report = JSON.parse(run.stdout) as { calls: number; score: { evidence: boolean } };
    assert.deepEqual([report.calls, report.score.evidence], [1, true]);
  } finally {
    await clearServer(real, began);
  }
});

/** What a capture holds of is the namespace: questions about others, and lists of the whole cluster that it takes a part of, have other answers. */
function isAboutTheCapture({ args }: Command): boolean {
  return (
    !args.includes("-A") && !args.some((arg) => /^(?:clusterrole|customresourcedefinition|persistentvolumes|componentstatus)/.test(arg))
  );
}

/** A line with what stands in a secret's place, or with the length of it. */
function isTakenOut(line: string): boolean {
  return /REDACTED|UkVEQUNURUQ=|:\s+8 bytes$/.test(line);
}

async function demandNoSecret(out: string): Promise<void> {
  for (const entry of await readdir(out, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const text = await readFile(join(entry.parentPath, entry.name), "utf8");
    for (const secret of secrets)
      for (const form of [secret, Buffer.from(secret).toString("base64")]) assert.ok(!text.includes(form), `${entry.name} holds ${secret}`);
  }
}

async function triageOf(...args: string[]): Promise<unknown> {
  const { stdout, stderr } = await cloister("triage", ...args, "--json");
  assert.notEqual(stdout, "", stderr);
  return JSON.parse(stdout);
}

function cloister(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const path = [...(kubectl.includes("/") ? [dirname(kubectl)] : []), process.env["PATH"] ?? ""].join(delimiter);
  const env = { ...process.env, PATH: path, HOME: folder, CLOISTER_HOME: join(folder, "home") };
  return new Promise((done) => {
    execFile(
      process.execPath,
      [join(root, "bin/cloister.js"), ...args],
      { env, timeout: 300_000, maxBuffer: 64 * 2 ** 20 },
      (error, stdout, stderr) => done({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
    );
  });
}
