import { join, resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { type PeerName, peerNames } from "../../../bench/find-peers.ts";
import { rawFigures, short } from "../../../bench/raw-figures.ts";
import { type Row, type RowId, isRowId, rowIds, rowKinds } from "../../../bench/row.ts";
import { runBench } from "../../../bench/run-bench.ts";
import type { CliContext } from "../context.ts";
import { boundedInteger } from "../option-values.ts";
import { createPainter } from "../show/painter.ts";
import { chooseStyle, type Style } from "../show/style.ts";

interface Options {
  readonly only: readonly RowId[];
  readonly model: string;
  readonly rounds: number;
  readonly out?: string;
  readonly peers: readonly PeerName[];
  readonly peersFolder?: string;
  readonly llamaServer?: string;
  readonly client: string;
  readonly window: number;
  readonly turns: number;
  readonly answer: number;
  readonly recipeTokens?: number;
  readonly again?: true;
  readonly json?: true;
}

/** `cloister bench`: this machine's ratios, against what one would use instead. */
export function benchCommand(context: CliContext): Command {
  return new Command("bench")
    .description("measure this machine: ours beside llama-server, claude-code-router and LiteLLM, in one run on the same model")
    .option("--only <ids>", `some of ${rowIds.join(",")}`, parseRows, rowIds)
    .option("--model <name>", "a model of `cloister model list`", "qwen2.5-coder-0.5b")
    .option("--rounds <n>", "rounds of each contender; the figures are their medians", boundedInteger(1, 99), 3)
    .option("--out <folder>", "where finished pieces are kept; the same command goes on there")
    .option("--peers <names>", "which others to measure, or `none`", parsePeers, peerNames)
    .option("--peers-folder <folder>", "where `npm run bench:peers:install` put them")
    .option("--llama-server <path>", "a llama-server elsewhere")
    .option("--client <version>", "the Claude Code whose requests are recorded", "2.1.84")
    .option("--window <tokens>", "context window of every contender", boundedInteger(2048, 1_000_000), 32_768)
    .option("--turns <n>", "turns of the recorded session", boundedInteger(1, 8), 8)
    .option("--answer <tokens>", "longest answer of a turn", boundedInteger(8, 4096), 128)
    .option("--again", "measure finished rows again")
    .option("--json", "an array of rows, nothing else on standard output")
    .addOption(
      new Option("--recipe-tokens <n>", "cut the recipe's prompt, to try the bench itself")
        .argParser(boundedInteger(100, 100_000))
        .hideHelp(),
    )
    .addHelpText(
      "after",
      "\nA whole run on two cores takes hours, most of them the recipe's. Ctrl-C keeps what is finished.\n" +
        "Exit status: 0 when every row was measured, 1 when one could not be, 2 wrong usage, 3 something is missing.\n\nExample:\n  cloister bench --only overhead-ms,event-us",
    )
    .exitOverride()
    .action((options: Options) => run(context, options));
}

async function run(context: CliContext, options: Options): Promise<void> {
  const out = resolve(
    context.cwd,
    options.out ?? join(context.home, "bench", options.recipeTokens === undefined ? options.model : `${options.model}-trial`),
  );
  const painter = createPainter(context.stderr);
  let rows: readonly Row[];
  try {
    painter.line(`$ ${commandLine(options)}`);
    rows = await runBench(
      context,
      {
        ...options,
        out,
        peersFolder: resolve(context.cwd, options.peersFolder ?? join(context.home, "peers")),
        answerTokens: options.answer,
        again: options.again === true,
      },
      { line: (text) => painter.line(text), status: (text) => painter.status(text) },
    );
  } catch (thrown) {
    painter.close();
    if (context.signal.aborted) context.stderr.write(`What is finished is kept in ${out}; the same command goes on there.\n`);
    throw thrown;
  } finally {
    painter.close();
  }
  if (options.json === true) context.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`);
  else context.stdout.write(`${[...table(rows, chooseStyle(context.stdout, context.env)), `Raw figures: ${out}`].join("\n")}\n`);
  if (rows.some(({ value }) => value === null)) process.exitCode = 1;
}

/** The command that gives these figures again, defaults spelled out where they change them. */
function commandLine({ only, model, rounds, turns, answer, window, peers }: Options): string {
  const which = only.length === rowIds.length ? "" : ` --only ${only.join(",")}`;
  return `cloister bench${which} --model ${model} --rounds ${rounds} --turns ${turns} --answer ${answer} --window ${window} --peers ${peers.join(",") || "none"}`;
}

function table(rows: readonly Row[], style: Style): string[] {
  return rows.flatMap(({ id, value, unit, raw, versions }) => {
    const { says, better } = rowKinds[id];
    if (value === null) {
      const install = typeof raw["install"] === "string" ? [`  ${raw["install"]}`] : [];
      return [`${id.padEnd(22)}${style.yellow("not measured")}  ${String(raw["skipped"])}`, ...install];
    }
    const which = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
    return [
      `${id.padEnd(22)}${style.bold(`${short(value)} ${unit}`)}  ${says}; ${better} is better`,
      ...rawFigures(raw).map((line) => `  ${line}`),
      `  ${style.dim(which.join(", "))}`,
    ];
  });
}

function parseRows(text: string): readonly RowId[] {
  const ids = text.split(",").map((id) => id.trim());
  const unknown = ids.find((id) => !isRowId(id));
  if (unknown !== undefined) throw new InvalidArgumentError(`There is no row ${unknown}: ${rowIds.join(", ")}.`);
  return ids.filter(isRowId);
}

function parsePeers(text: string): readonly PeerName[] {
  if (text === "none") return [];
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !(peerNames as readonly string[]).includes(name));
  if (unknown !== undefined) throw new InvalidArgumentError(`There is no peer ${unknown}: ${peerNames.join(", ")}, or none.`);
  return peerNames.filter((name) => names.includes(name));
}
