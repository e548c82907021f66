import { Command } from "commander";
import { asCloisterError } from "../../error.ts";
import { lintRunbook } from "../../runbook/lint.ts";
import type { CliContext } from "../context.ts";
import { readRunbook } from "../read-runbook.ts";
import { chooseStyle, printable } from "../show/style.ts";

/** `cloister runbook lint`: is this file a runbook, and will it do what it says? */
export function runbookCommand(context: CliContext): Command {
  const command = new Command("runbook").description("runbooks: what a session is guided by").exitOverride();
  command
    .command("lint")
    .argument("<files...>", "runbooks, see docs/runbooks.md")
    .description("what is wrong with a runbook: the file, the line, what was expected")
    .option("--json", "an array of {file, problems}, nothing else")
    .addHelpText(
      "after",
      "\nExample:\n  cloister runbook lint runbooks/*.yaml\n\nExit status: 0 nothing is wrong, 1 something is, 3 a file is missing.",
    )
    .exitOverride()
    .action(async (files: readonly string[], options: { json?: true }) => {
      const style = chooseStyle(context.stdout, context.env);
      const linted: { readonly file: string; readonly problems: readonly string[] }[] = [];
      let missing = false;
      for (const file of files) {
        const { problems, isMissing } = await problemsOf(file);
        missing ||= isMissing;
        linted.push({ file, problems });
        if (options.json === true) continue;
        for (const line of problems.length > 0 ? problems.map(printable) : [`${style.green("✓")} ${printable(file)}`])
          context.stdout.write(`${line}\n`);
      }
      if (options.json === true) context.stdout.write(`${JSON.stringify(linted, undefined, 2)}\n`);
      if (linted.some(({ problems }) => problems.length > 0)) process.exitCode = missing ? 3 : 1;
    });
  return command;
}

/** What is wrong with one file; a file that cannot be read does not keep the others from being looked at. */
async function problemsOf(file: string): Promise<{ readonly problems: readonly string[]; readonly isMissing: boolean }> {
  try {
    return { problems: lintRunbook(await readRunbook(file)).map((says) => `${file}: ${says}`), isMissing: false };
  } catch (thrown) {
    const { code, message } = asCloisterError(thrown);
    if (code !== "damaged" && code !== "missing") throw thrown;
    return { problems: [message], isMissing: code === "missing" };
  }
}
