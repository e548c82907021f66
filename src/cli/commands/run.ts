import { Command } from "commander";
import { type ClientReport, runClientSession } from "../client-session.ts";
import type { CliContext } from "../context.ts";
import type { RuntimeChoice } from "../open-runtime.ts";
import { addRuntimeOptions } from "../runtime-options.ts";
import { createPainter } from "../show/painter.ts";
import { refusalLines, tokenLines } from "../show/report-view.ts";
import { createSessionView } from "../show/session-view.ts";
import { chooseStyle } from "../show/style.ts";

interface Options extends RuntimeChoice {
  readonly client?: string;
  readonly diet: string;
  readonly json?: true;
}

/** `cloister run "task"`: the client in the seal on the current folder, unattended. */
export function runCommand(context: CliContext): Command {
  return withClientOptions(new Command("run"))
    .argument("<task>", "what to do, in one text")
    .description("let Claude Code work on the current folder, sealed and unattended")
    .option("--json", "one JSON object at the end, nothing else")
    .addHelpText(
      "after",
      '\nExample:\n  cd my-service && cloister run "Why does the test of the price list fail?"\n\nExit status: 0 the client ended well, 1 it did not, 2 wrong usage, 3 something is missing, 4 it could not be run.',
    )
    .action(async (task: string, options: Options) => {
      const style = chooseStyle(context.stdout, context.env);
      const view = createSessionView(style);
      const painter = options.json === true ? undefined : createPainter(context.stdout);
      let report: ClientReport;
      try {
        report = await runClientSession(context, { mode: { kind: "run", task }, ...options, client: options.client }, (event) => {
          if (painter === undefined) return;
          const { lines, status } = view(event);
          for (const line of lines) painter.line(line);
          if (status !== undefined) painter.status(status ?? undefined);
        });
      } finally {
        painter?.close();
      }
      const { outcome, summary, said, folder } = report;
      if (options.json === true)
        context.stdout.write(
          `${JSON.stringify({ ...summary, said, exit: outcome.code, refused: outcome.refusals, session: folder }, undefined, 2)}\n`,
        );
      else
        for (const line of [
          "",
          ...tokenLines(summary, style),
          ...refusalLines(outcome.refusals, style),
          `${style.bold("Record")}  ${folder}`,
        ])
          context.stdout.write(`${line}\n`);
      if (outcome.code !== 0) {
        if (outcome.complaint !== "") context.stderr.write(`${outcome.complaint.trim()}\n`);
        process.exitCode = 1;
      }
    });
}

/** `cloister code`: the same at the terminal. Flags behind `--` are the client's. */
export function codeCommand(context: CliContext): Command {
  return withClientOptions(new Command("code"))
    .argument("[flags...]", "flags for the client, behind --")
    .description("work with Claude Code in the current folder, sealed")
    .addHelpText(
      "after",
      "\nExample:\n  cd my-service && cloister code -- --continue\n\nExit status: the client's own; 2 wrong usage, 3 something is missing, 4 it could not be run.",
    )
    .action(async (flags: string[], options: Options) => {
      const style = chooseStyle(context.stderr, context.env);
      const painter = createPainter(context.stderr);
      const { summary, folder, outcome } = await runClientSession(
        context,
        { mode: { kind: "code", flags }, ...options, client: options.client },
        (event) => {
          if (event.type === "progress") painter.status(style.dim(event.text));
          if (event.type === "session") painter.close();
        },
      ).finally(() => painter.close());
      for (const line of [...tokenLines(summary, style), ...refusalLines(outcome.refusals, style), `${style.bold("Record")}  ${folder}`])
        context.stderr.write(`${line}\n`);
      process.exitCode = outcome.code ?? 1;
    });
}

function withClientOptions(command: Command): Command {
  return addRuntimeOptions(command, { window: 32_768 })
    .option("--client <which>", "a version of Claude Code, `latest`, or a path")
    .option("--diet <name|file>", "what the model is offered: incident, code, full, or a profile of your own (docs/prompt.md)", "code")
    .exitOverride();
}
