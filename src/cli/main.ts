import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { asCloisterError, exitStatus } from "../error.ts";
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

const stop = new AbortController();
const context = cliContext(stop.signal);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());
// Whoever read our output has enough, as `head` has: the work ends, and is cleaned up as after Ctrl-C.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  stop.abort();
});

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
