import { Command } from "commander";
import { checkCommand, fixCommand } from "./commands/check.ts";
import { triageCommand } from "./commands/triage.ts";
import { cliContext } from "./context.ts";
import { runCommands } from "./run-commands.ts";

/** The commands that a sealed session has on its PATH, and nothing of the rest: what is not loaded need not be waited for. */
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());
const context = cliContext(stop.signal);

const program = new Command("cloister").exitOverride().showHelpAfterError("(run with --help for usage)");
for (const command of [triageCommand(context), checkCommand(context), fixCommand(context)]) program.addCommand(command);
await runCommands(program, context);
