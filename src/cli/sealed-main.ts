import { Command } from "commander";
import { checkCommand, fixCommand } from "./commands/check.ts";
import { triageCommand } from "./commands/triage.ts";
import { cliContext } from "./context.ts";
import { runCommands, stopSignal } from "./run-commands.ts";

/** The commands that a sealed session has on its PATH, and nothing of the rest: what is not loaded need not be waited for. */
const context = cliContext(stopSignal());

const program = new Command("cloister").exitOverride().showHelpAfterError("(run with --help for usage)");
for (const command of [triageCommand(context), checkCommand(context), fixCommand(context)]) program.addCommand(command);
await runCommands(program, context);
