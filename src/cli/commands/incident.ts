import { join } from "node:path";
import { Command, Option } from "commander";
import { CloisterError } from "../../error.ts";
import { listScenarios } from "../../incident/scenario.ts";
import { type SessionPart, sessionParts } from "../../incident/session-part.ts";
import type { GuidanceLevel } from "../../runbook/runbook.ts";
import type { CliContext } from "../context.ts";
import { incidentCaptureCommand } from "./incident-capture.ts";
import { type IncidentReport, reportJson, runIncidentSession } from "../incident-session.ts";
import { defaultModel, type RuntimeChoice } from "../open-runtime.ts";
import { parseParts } from "../option-values.ts";
import { pullShown } from "../pull-shown.ts";
import { addRuntimeOptions } from "../runtime-options.ts";
import { clip, createPainter } from "../show/painter.ts";
import { diffLines, refusalLines, timeShares, timeTable, tokenLines } from "../show/report-view.ts";
import { createSessionView } from "../show/session-view.ts";
import { chooseStyle, printable, type Style } from "../show/style.ts";

interface RunOptions extends Omit<RuntimeChoice, "runtime" | "window"> {
  readonly runtime: RuntimeChoice["runtime"] | "scripted";
  readonly guidance?: GuidanceLevel;
  readonly client?: string;
  readonly runbook?: string;
  readonly window: number;
  readonly scenarios: string;
  readonly without?: readonly SessionPart[];
  readonly thought?: true;
  readonly baseline?: true;
  readonly pull?: true;
  readonly json?: true;
}

export function incidentCommand(context: CliContext): Command {
  const command = new Command("incident").description("recorded incidents: list them, take one to a pull request").exitOverride();
  const scenarios = join(context.packageRoot, "scenarios");

  command
    .command("list")
    .description("the scenarios that are here")
    .option("--scenarios <folder>", "where scenarios are", scenarios)
    .option("--json", "as JSON; one that cannot be read has ok: false and says why")
    .addHelpText("after", "\nExample:\n  cloister incident list --scenarios ./my-scenarios")
    .exitOverride()
    .action(async (options: { scenarios: string; json?: true }) => {
      const found = await listScenarios(options.scenarios);
      if (options.json === true) {
        const rows = found.map((row) => (row.ok ? row : { id: row.id, ok: false, error: row.error.message }));
        context.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`);
        return;
      }
      const style = chooseStyle(context.stdout, context.env);
      const width = Math.max(0, ...found.map(({ id }) => id.length));
      for (const row of found) {
        const text = row.ok ? `${row.difficulty.padEnd(7)} ${row.summary}` : style.red(row.error.message);
        const line = `${style.bold(row.id.padEnd(width))}  ${text}`;
        context.stdout.write(`${row.ok && context.stdout.isTTY ? clip(line, context.stdout.columns) : line}\n`);
      }
    });

  command.addCommand(incidentCaptureCommand(context));

  addRuntimeOptions(command.command("run"), { window: 16_384, more: ["scripted"] })
    .argument("<id>", "a scenario, see `cloister incident list`")
    .description("take a recorded incident through the sealed client to a pull request")
    .addOption(
      new Option("--guidance <level>", "how much of the runbook the model gets (default: the model's own)").choices([
        "free",
        "steps",
        "forms",
      ]),
    )
    .option("--client <which>", "a version of Claude Code, `latest`, or a path")
    .option("--runbook <file>", "another runbook")
    .option("--without <parts>", `leave parts out, to see what they are worth: ${sessionParts.join(",")}`, parseParts)
    .option("--thought", "a line of thought before each call in which there is something to choose")
    .option("--baseline", "point the client straight at the server of --url, without any of ours")
    .option("--scenarios <folder>", "where scenarios are", scenarios)
    .option("--pull", "fetch the model first if it is not here")
    .option("--json", "one JSON object at the end, nothing else")
    .addHelpText(
      "after",
      "\nExample:\n  cloister incident run oom-kill --model qwen2.5-coder-1.5b\n\nExit status: 0 closed, 1 not closed, 2 wrong usage, 3 something is missing, 4 it could not be run.",
    )
    .exitOverride()
    .action(async (id: string, options: RunOptions) => {
      if (options.baseline === true && (options.runtime !== "llama-server" || options.url === undefined))
        throw new CloisterError("usage", "--baseline needs --runtime llama-server and --url: a server that has the Messages API itself.");
      if (options.pull === true && options.runtime === "embedded")
        await pullShown(context, options.model ?? defaultModel, { quiet: options.json === true });
      const report = await runShown(context, id, options);
      if (options.json === true) context.stdout.write(`${JSON.stringify(reportJson(report), undefined, 2)}\n`);
      else for (const line of reportLines(report, chooseStyle(context.stdout, context.env))) context.stdout.write(`${line}\n`);
      if (!report.result.closed) process.exitCode = 1;
    });
  return command;
}

async function runShown(context: CliContext, id: string, options: RunOptions): Promise<IncidentReport> {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(id))
    throw new CloisterError("usage", `${printable(id)} is not the name of a scenario.`, { hint: "cloister incident list" });
  const view = createSessionView(chooseStyle(context.stdout, context.env));
  const painter = options.json === true ? undefined : createPainter(context.stdout);
  const request = {
    ...options,
    id,
    guidance: options.guidance,
    client: options.client,
    runbook: options.runbook,
  };
  try {
    return await runIncidentSession(context, request, (event) => {
      if (painter === undefined) return;
      const { lines, status } = view(event);
      for (const line of lines) painter.line(line);
      if (status !== undefined) painter.status(status ?? undefined);
    });
  } finally {
    painter?.close();
  }
}

function reportLines(report: IncidentReport, style: Style): readonly string[] {
  const { result, summary, times } = report;
  const { pullRequest, verify, score } = result;
  const lines = [""];
  if (pullRequest === undefined) lines.push(style.yellow(style.bold("No pull request was opened.")));
  else
    lines.push(
      style.bold(`Pull request #${pullRequest.number}: ${printable(pullRequest.title)}`),
      `  ${pullRequest.url}`,
      `  ${pullRequest.page}`,
      "",
      ...diffLines(pullRequest.diff, style),
    );
  lines.push("");
  if (verify !== undefined) {
    const failed = verify.checks.filter(({ ok }) => !ok);
    lines.push(
      `${style.bold("Verify")}  ${verify.outcome === "passed" ? style.green(`passed, ${verify.checks.length} checks`) : style.red(verify.outcome)}`,
    );
    for (const { check, why } of failed) lines.push(`  ${style.red("✗")} ${check}: ${printable(why)}`);
  }
  const bit = (name: string, is: boolean) => `${is ? style.green("✓") : style.red("✗")} ${name}`;
  lines.push(
    `${style.bold("Score")}   ${[bit("root cause", score.rootCause), bit("evidence", score.evidence), bit("patch", score.patch), bit("pull request", score.pullRequest)].join("  ")}`,
  );
  for (const missing of score.missing) lines.push(`  ${style.dim(printable(missing))}`);
  if (result.client.timedOut) lines.push(style.red("The scenario's minutes were over before the client ended."));
  if (result.client.code !== 0 && result.client.complaint !== "") lines.push(style.red(printable(result.client.complaint.trim())));
  // A written session has no tokens, only estimates of them.
  if (report.facts.isModel) lines.push(...tokenLines(summary, style));
  lines.push("", ...timeTable(timeShares(summary, times), style), "", ...refusalLines(result.refusals, style));
  lines.push(`${style.bold("Record")}  ${report.folder}`);
  if (!report.facts.isModel) lines.push("", style.yellow("No model was used: a written session was replayed."));
  return lines;
}
