import { type Command, Option } from "commander";
import { boundedInteger } from "./option-values.ts";
import { defaultModel, type RuntimeChoice } from "./open-runtime.ts";

export const servedRuntimes = ["embedded", "llama-server", "ollama", "openai"] as const satisfies readonly RuntimeChoice["runtime"][];

/** Which engine a session runs on; every command that needs one takes these. `more` are kinds that only one command has. */
export function addRuntimeOptions(
  command: Command,
  defaults: { readonly window?: number; readonly more?: readonly string[] } = {},
): Command {
  const window = new Option("--window <tokens>", "context window").argParser(boundedInteger(1024, 4_000_000));
  return (
    command
      .addOption(
        new Option("--runtime <kind>", "what runs the model").choices([...servedRuntimes, ...(defaults.more ?? [])]).default("embedded"),
      )
      .option("--url <url>", "where the runtime answers, for all but embedded")
      .option("--model <name>", `a model of \`cloister model list\` (embedded; default ${defaultModel}), or the server's name for it`)
      // By the name of a variable: a key on the command line could be read by everybody on the machine.
      .option("--api-key-env <name>", "the environment variable that holds the server's key")
      .addOption(defaults.window === undefined ? window : window.default(defaults.window))
  );
}
