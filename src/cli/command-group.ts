import { Command } from "commander";
import type { CliContext } from "./context.ts";

/** A command that only holds others, `cloister model`: what it prints goes where the context says. */
export function commandGroup(context: CliContext, name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
    })
    .showHelpAfterError("(run with --help for usage)");
}
