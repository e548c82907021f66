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
  .exitOverride()
  .showHelpAfterError("(run with --help for usage)");
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
