import { readFile } from "node:fs/promises";
import { Command } from "commander";
import { asCloisterError, CloisterError, exitStatus } from "../../error.ts";
import { lintRunbook } from "../../runbook/lint.ts";
import { parseRunbook } from "../../runbook/runbook.ts";
import type { CliContext } from "../context.ts";
import { chooseStyle, printable } from "../show/style.ts";

/** `cloister runbook lint`: is this file a runbook, and will it do what it says? */
export function runbookCommand(context: CliContext): Command {
  const command = new Command("runbook").description("runbooks: what a session is guided by").exitOverride();
  command
    .command("lint")
    .argument("<files...>", "runbooks, see docs/runbooks.md")
    .description("what is wrong with a runbook: the file, the line, what was expected")
    .addHelpText(
      "after",
      "\nExample:\n  cloister runbook lint runbooks/*.yaml\n\nExit status: 0 nothing is wrong, 1 something is, 3 a file is missing.",
    )
    .exitOverride()
    .action(async (files: readonly string[]) => {
      const style = chooseStyle(context.stdout, context.env);
      let isMissing = false;
      for (const file of files) {
        const problems = await problemsOf(file).catch((thrown: unknown) => {
          const error = asCloisterError(thrown);
          if (error.code !== "missing") throw thrown;
          isMissing = true;
          return [error.message];
        });
        if (problems.length > 0) process.exitCode = 1;
        for (const line of problems.length > 0 ? problems.map(printable) : [`${style.green("✓")} ${printable(file)}`])
          context.stdout.write(`${line}\n`);
      }
      // Said above, in its place among the others.
      if (isMissing) process.exitCode = exitStatus("missing");
    });
  return command;
}

async function problemsOf(file: string): Promise<readonly string[]> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new CloisterError("missing", `There is no runbook at ${file}.`, { cause });
  });
  try {
    return lintRunbook(parseRunbook(text, file)).map((says) => `${file}: ${says}`);
  } catch (thrown) {
    const error = asCloisterError(thrown);
    if (error.code !== "damaged") throw thrown;
    return [error.message];
  }
}
