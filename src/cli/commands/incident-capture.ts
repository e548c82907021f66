import { join } from "node:path";
import { readFile } from "node:fs/promises";
import { Command } from "commander";
import { CloisterError } from "../../error.ts";
import { captureIncident, type Capture } from "../capture-incident.ts";
import { contextNamespace } from "../cluster/cluster-options.ts";
import type { ClusterAccess } from "../cluster/live-snapshot.ts";
import type { CliContext } from "../context.ts";
import { boundedInteger } from "../option-values.ts";
import { createPainter } from "../show/painter.ts";
import { chooseStyle, printable, type Style } from "../show/style.ts";

interface CaptureOptions {
  readonly namespace?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly out?: string;
  readonly repo?: string;
  readonly service?: string;
  readonly title?: string;
  readonly task?: string;
  readonly logBytes: number;
  readonly logTotal: number;
  readonly json?: true;
}

/** `cloister incident capture`: a live namespace becomes a scenario. */
export function incidentCaptureCommand(context: CliContext): Command {
  return new Command("capture")
    .description("make a scenario of a live namespace: its objects, events and logs, without what is secret in them; reads only")
    .option("-n, --namespace <name>", "namespace (default: that of kubectl's context)")
    .option("--kubeconfig <file>", "as kubectl takes it")
    .option("--context <name>", "as kubectl takes it")
    .option("--out <folder>", "the scenario's folder, which must not be there yet (default: ./NAMESPACE-captured)")
    .option("--repo <folder>", "the service's git repository, at its last commit (default: manifests written from the objects)")
    .option("--service <name>", "what the incident is about (default: what triage names first)")
    .option("--title <text>", "one line")
    .option("--task <text>", "the prompt of a session")
    .option("--log-bytes <n>", "bytes of each log that are kept, its newest", boundedInteger(0, 8 * 2 ** 20), 256 * 2 ** 10)
    .option("--log-total <n>", "bytes of all logs that are kept", boundedInteger(0, 256 * 2 ** 20), 16 * 2 ** 20)
    .option("--json", "the capture's manifest at the end, nothing else")
    .addHelpText(
      "after",
      `
Values of Secrets are never kept, nor is what looks like one elsewhere; manifest.json in the folder says what was taken, what was not, and
what was taken out. Look through a capture before you give it away: a secret that looks like nothing cannot be recognised.

Example:
  cloister incident capture -n shop --out shop-monday
  cloister triage --scenario ./shop-monday

Exit status: 0 captured, 2 wrong usage or the folder is there already, 3 kubectl or the namespace is missing,
4 the cluster could not be read.`,
    )
    .exitOverride()
    .action(async (options: CaptureOptions) => {
      const painter = options.json === true ? undefined : createPainter(context.stderr);
      try {
        const capture = await captureIncident({
          ...(await target(context, options)),
          repo: options.repo,
          service: named(options.service, "--service"),
          title: options.title,
          task: options.task,
          logs: { each: options.logBytes, total: options.logTotal },
          version: await ownVersion(context),
          told: (line) => painter?.line(printable(line)),
        });
        if (options.json === true)
          context.stdout.write(`${JSON.stringify({ folder: capture.folder, ...capture.manifest }, undefined, 2)}\n`);
        else for (const line of captureLines(capture, chooseStyle(context.stdout, context.env))) context.stdout.write(`${line}\n`);
      } finally {
        painter?.close();
      }
    });
}

async function target(context: CliContext, options: CaptureOptions): Promise<{ access: ClusterAccess; namespace: string; out: string }> {
  const access: ClusterAccess = { kubeconfig: options.kubeconfig, context: options.context, env: context.env, signal: context.signal };
  const namespace = named(options.namespace ?? (await contextNamespace(access)), "--namespace");
  return { access, namespace, out: options.out ?? join(context.cwd, `${namespace}-captured`.slice(-63)) };
}

function named<T extends string | undefined>(name: T, option: string): T {
  if (name !== undefined && !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name))
    throw new CloisterError("usage", `${printable(name)} is no name for ${option}: lower-case letters, digits and dashes, 63 at most.`);
  return name;
}

async function ownVersion(context: CliContext): Promise<string> {
  const text = await readFile(join(context.packageRoot, "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

function captureLines({ folder, manifest, findings }: Capture, style: Style): readonly string[] {
  const { objects, logs, repository, leftOut, cut, redacted } = manifest;
  const count = objects.reduce((sum, { count: one }) => sum + one, 0);
  const secrets = redacted.objects.filter(({ why }) => why === "Secret").length;
  const others = redacted.objects.length - secrets;
  const lines = redacted.logs.reduce((sum, one) => sum + one.lines, 0);
  const refused = leftOut.filter(({ why }) => !why.startsWith("of the whole cluster"));
  return [
    "",
    `${style.bold("Captured")}    ${count} objects of ${objects.length} kinds, ${logs.files} logs of ${logs.lines} lines`,
    `${style.bold("Repository")}  ${repository.files} files ${repository.from === "folder" ? `at ${repository.commit.slice(0, 12)}` : "written from the objects"}`,
    `${style.bold("Taken out")}   ${secrets} values of Secrets, ${others} in other objects, ${lines} lines of logs, ${redacted.files.length} in files`,
    `${style.bold("Triage")}      ${findings.length === 0 ? "finds nothing abnormal" : `names ${findings.length}: ${printable(findings[0]?.says ?? "")}`}`,
    ...refused.slice(0, 8).map(({ what, why }) => style.yellow(`  left out: ${printable(`${what}: ${why}`)}`)),
    ...cut.slice(0, 8).map(({ what, why }) => style.yellow(`  in part: ${printable(`${what}: ${why}`)}`)),
    `${style.bold("Scenario")}    ${folder}`,
    style.dim("  manifest.json says all of it. Look through the folder before you give it away."),
  ];
}
