import { Command } from "commander";
import { findRepository } from "./cluster/working-tree.ts";
import { cliContext } from "./context.ts";
import { boundedInteger } from "./option-values.ts";
import { runCommands } from "./run-commands.ts";
import { listSessionFixes, makeSessionFix, readSessionFixes } from "./session-fixes.ts";
import { printable } from "./show/style.ts";
import { readManifestFolder } from "./triage-facts.ts";

/** `fix` in a session: lists the quick fixes that were found before it began; with a number, makes one. The first argument is their file. */
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());
const context = cliContext(stop.signal);

const program = new Command("fix")
  .exitOverride()
  .argument("<file>", "where the quick fixes are")
  .argument("[number]", "which one to make", boundedInteger(1, 9))
  // As the command outside has it; the session has one namespace.
  .option("-n, --namespace <name>")
  .action(async (file: string, number: number | undefined) => {
    const root = await findRepository(context.cwd, context.env, context.signal);
    const [fixes, files] = [await readSessionFixes(file), await readManifestFolder(root)];
    if (number !== undefined) {
      context.stdout.write(`${printable(await makeSessionFix(fixes, number, root, files))}\n`);
      return;
    }
    const lines = listSessionFixes(fixes, files);
    context.stdout.write(
      `${lines.length === 0 ? "No change of one value is known that passes the check." : printable(lines.join("\n"))}\n`,
    );
    if (lines.length === 0) process.exitCode = 1;
  });
await runCommands(program, context);
