import { Command } from "commander";
import { clearStates, listStates, type StateListing, type StoredState } from "../../runtime/embedded/state/stored-states.ts";
import type { CliContext } from "../context.ts";
import { stateFolder } from "../open-runtime.ts";
import { formatBytes } from "./model-progress.ts";

interface JsonOption {
  readonly json?: boolean;
}

/** `cloister cache show | clear`. */
export function cacheCommand(context: CliContext): Command {
  const command = new Command("cache")
    .description("What the models have read before, kept on the disk so that it need not be computed again.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
    })
    .showHelpAfterError("(run with --help for usage)");

  command
    .command("show")
    .description("Each stored state: what it is, of which model, how large, when it was last used.")
    .option("--json", "print the list as JSON")
    .addHelpText("after", "\nExample:\n  $ cloister cache show\n")
    .action((options: JsonOption) => show(context, options));

  command
    .command("clear")
    .description("Remove all of it. Nothing is lost but the time to compute it again.")
    .option("--json", "print what was freed as JSON")
    .addHelpText("after", "\nExample:\n  $ cloister cache clear\n")
    .action((options: JsonOption) => clear(context, options));

  return command;
}

function show(context: CliContext, options: JsonOption): void {
  const folder = stateFolder(context);
  const listing = listStates(folder);
  if (options.json === true)
    return printJson(context, { folder, bytes: listing.bytes, states: listing.states.toReversed().map(described) });
  context.stdout.write(showStates(listing, folder, Date.now()));
}

function described({ manifest, statePath, usedAt }: StoredState): object {
  const { what, model, tokens, bytes } = manifest;
  return { what, model, tokens, bytes, usedAt: new Date(usedAt).toISOString(), path: statePath };
}

/** The list as people read it, what was used last first. */
export function showStates({ states, bytes, unreadable, leftovers }: StateListing, folder: string, now: number): string {
  const odd = unreadable.length + leftovers.length;
  const rest =
    odd === 0 ? "" : `${odd} ${odd === 1 ? "file belongs" : "files belong"} to no state; cloister cache clear removes them too.\n`;
  if (states.length === 0) return `Nothing is stored in ${folder}.\n${rest}`;
  const header = ["WHAT", "MODEL", "TOKENS", "SIZE", "LAST USED"];
  const rows = states
    .toReversed()
    .map(({ manifest, usedAt }) => [
      manifest.what === "base" ? "system and tools" : "a conversation",
      manifest.model,
      manifest.tokens.toLocaleString("en"),
      formatBytes(manifest.bytes),
      formatAge(now - usedAt),
    ]);
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)));
  const lines = [header, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const total = `${states.length} ${states.length === 1 ? "state" : "states"}, ${formatBytes(bytes)}, in ${folder}`;
  return `${lines.join("\n")}\n\n${total}\n${rest}`;
}

/** `just now`, `5 min ago`, `2 h ago`: the largest unit alone. */
export function formatAge(milliseconds: number): string {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  if (minutes === 0) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h ago` : `${Math.floor(minutes / 1440)} days ago`;
}

function clear(context: CliContext, options: JsonOption): void {
  const freed = clearStates(stateFolder(context));
  if (options.json === true) return printJson(context, freed);
  const what = freed.bytes === 0 ? "There was nothing to remove." : `States removed: ${freed.states}. Freed: ${formatBytes(freed.bytes)}.`;
  context.stdout.write(`${what}\n`);
}

function printJson(context: CliContext, value: unknown): void {
  context.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}
