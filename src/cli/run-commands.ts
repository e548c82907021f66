import { type Command, CommanderError } from "commander";
import { asCloisterError, exitStatus } from "../error.ts";
import type { CliContext } from "./context.ts";

/** Aborted when this process is told to end, and when whoever read its output has enough, as `head` has: the work ends, and is cleaned up. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    stop.abort();
  });
  return stop.signal;
}

/** Wrong usage of any command is told in one way, with where its help is; commander hands no setting down to a command that was made elsewhere. */
function sayHowToGetHelp(command: Command): void {
  command.exitOverride().showHelpAfterError("(run with --help for usage)");
  command.configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "cloister: ")) });
  for (const each of command.commands) sayHowToGetHelp(each);
}

/** Runs what the arguments ask for. An error becomes one line on standard error, its hint below it, and the exit status; nothing is thrown. */
export async function runCommands(program: Command, context: CliContext): Promise<void> {
  sayHowToGetHelp(program);
  try {
    await program.parseAsync(process.argv);
  } catch (thrown) {
    if (thrown instanceof CommanderError) process.exitCode = thrown.exitCode === 0 ? 0 : 2;
    else {
      const error = asCloisterError(thrown);
      context.stderr.write(`cloister: ${error.message}\n${error.hint === undefined ? "" : `  ${error.hint}\n`}`);
      if (error.code === "internal" && context.env["CLOISTER_DEBUG"] !== undefined) context.stderr.write(`${String(error.stack)}\n`);
      process.exitCode = exitStatus(error.code);
    }
  }
}
