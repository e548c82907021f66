import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { benchCommand } from "./commands/bench.ts";
import { cacheCommand } from "./commands/cache.ts";
import { checkCommand, fixCommand } from "./commands/check.ts";
import { evalCommand } from "./commands/eval.ts";
import { incidentCommand } from "./commands/incident.ts";
import { modelCommand } from "./commands/model.ts";
import { promptCommand } from "./commands/prompt.ts";
import { codeCommand, runCommand } from "./commands/run.ts";
import { runbookCommand } from "./commands/runbook.ts";
import { serveCommand } from "./commands/serve.ts";
import { triageCommand } from "./commands/triage.ts";
import { cliContext } from "./context.ts";
import { runCommands, stopSignal } from "./run-commands.ts";

const context = cliContext(stopSignal());

const { version } = JSON.parse(readFileSync(join(context.packageRoot, "package.json"), "utf8")) as { version: string };
const program = new Command("cloister")
  .description("Claude Code on a model that lives on your own machine, and proof that nothing left it.")
  .version(version)
  .addHelpText(
    "after",
    `
Examples:
  cloister triage --scenario oom-kill          what is wrong in a recorded incident; needs no model and no cluster
  cloister incident run oom-kill --pull        take it to a pull request; fetches a model of 1.1 GB first
  cloister COMMAND --help                      what a command takes, with an example

Exit status, of every command: 0 yes, 1 an answer that is not the one hoped for, 2 wrong usage, 3 something is missing (what, and how to get it,
is said), 4 the work could not be done, 130 Ctrl-C. With --json nothing but JSON is on standard output; where there is no answer it is empty, and
standard error says why.`,
  );
// In the order in which help lists them: sessions, incidents, what is beneath.
for (const command of [
  runCommand,
  codeCommand,
  serveCommand,
  incidentCommand,
  triageCommand,
  checkCommand,
  fixCommand,
  runbookCommand,
  modelCommand,
  promptCommand,
  cacheCommand,
  evalCommand,
  benchCommand,
])
  program.addCommand(command(context));

await runCommands(program, context);
