import { mkdir, readFile } from "node:fs/promises";
import { arch, cpus, platform, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { Command, Option } from "commander";
import { startPeer } from "../../../bench/contender-peers.ts";
import { findPeer } from "../../../bench/find-peers.ts";
import { planLlamaServer } from "../../../bench/peer-plans.ts";
import { writeWhole } from "../../../bench/results-folder.ts";
import { CloisterError } from "../../error.ts";
import { evalPage } from "../../eval/page.ts";
import { addRow, keyOf, missingRuns, planRuns, type PlannedRun } from "../../eval/plan.ts";
import { type EvalFile, type EvalRow, parseEval, printEval } from "../../eval/row.ts";
import { type Ablation, ablations, type Setting, settingName, settingsOf } from "../../eval/setting.ts";
import { figuresOf } from "../../eval/statistics.ts";
import { commits, type EvalAbout, evalMarkdown, percent } from "../../eval/table.ts";
import { listScenarios } from "../../incident/scenario.ts";
import { requireModel } from "../../model/installed.ts";
import type { CliContext } from "../context.ts";
import { runOnce, treeVersion, writtenSessions } from "../eval-run.ts";
import { defaultModel } from "../open-runtime.ts";
import { boundedInteger, listOfNames, parseAblations } from "../option-values.ts";
import { createPainter, type Painter } from "../show/painter.ts";
import { chooseStyle, type Style } from "../show/style.ts";
import { withTempFolder } from "../temp-folder.ts";
import { findClient } from "../with-session.ts";

interface Options {
  readonly models: readonly string[];
  readonly scenarios: readonly string[];
  readonly repeat: number;
  readonly ablate: readonly Ablation[];
  readonly only?: true;
  readonly baseline?: "llama-server";
  readonly llamaServer?: string;
  readonly peersFolder?: string;
  readonly client: string;
  readonly window: number;
  readonly out?: string;
  readonly scenariosFolder: string;
  readonly minutes?: number;
  readonly plan?: true;
  readonly again?: true;
  readonly json?: true;
}

/** `cloister eval`: what a model closes, what each part of Cloister is worth, and what one would have without it. */
export function evalCommand(context: CliContext): Command {
  return new Command("eval")
    .description("run recorded incidents with models, with parts left out, against a bare server: who closes what")
    .option("--models <names>", `models of \`cloister model list\`, or ${writtenSessions} to try the eval itself`, listOfNames, [
      defaultModel,
    ])
    .option("--scenarios <names>", "scenarios, or tag:NAME for all that have this tag", listOfNames, ["all"])
    .option("--repeat <k>", "times that each run is made", boundedInteger(1, 100), 1)
    .option(
      "--ablate <parts>",
      `beside everything, once without each of these, and \`thought\` once with: ${ablations.join(",")}`,
      parseAblations,
      [],
    )
    .option("--only", "the ablations and the baseline alone, without the runs with everything")
    .addOption(
      new Option("--baseline <server>", "the client straight against this server as well, without any of ours").choices(["llama-server"]),
    )
    .option("--llama-server <path>", "the llama-server of the baseline")
    .option("--peers-folder <folder>", "where `npm run bench:peers:install` put it")
    .option("--client <version>", "the Claude Code that is run", "latest")
    .option("--window <tokens>", "context window", boundedInteger(1024, 4_000_000), 16_384)
    .option("--out <folder>", "where eval.json, eval.md and eval.html are kept; the same command goes on there")
    .option("--scenarios-folder <folder>", "where scenarios are", join(context.packageRoot, "scenarios"))
    .option("--minutes <n>", "begin no run after this many minutes", boundedInteger(1, 100_000))
    .option("--plan", "say what would be run on standard output, and run nothing")
    .option("--again", "make runs again that have a row")
    .option("--json", "all rows on standard output at the end, nothing else there")
    .addHelpText(
      "after",
      "\nEvery finished run is kept at once: Ctrl-C loses the one that is running. A run that fails to start is named and made again next time.\n" +
        "`eval-notes.md` in the folder, where there is one, is put above the figures.\n" +
        "Exit status: 0 when every run was made, 1 when one could not be, 2 wrong usage, 3 something is missing.\n\nExamples:\n" +
        "  cloister eval --scenarios oom-kill,image-typo --repeat 3\n" +
        "  cloister eval --scenarios tag:ablation --ablate triage,check,quick-fix --baseline llama-server",
    )
    .exitOverride()
    .action((options: Options) => run(context, options));
}

async function run(context: CliContext, options: Options): Promise<void> {
  const out = resolve(context.cwd, options.out ?? join(context.home, "eval"));
  const file = join(out, "eval.json");
  const { planned, client } = await planEval(context, options);
  const before = await readEval(file);
  const todo = options.again === true ? planned : missingRuns(planned, before.rows);
  const painter = createPainter(context.stderr);
  painter.line(`${planned.length} ${planned.length === 1 ? "run" : "runs"}, ${planned.length - todo.length} of them made already; ${out}`);
  if (options.plan === true) {
    painter.close();
    const keys = todo.map((each) => keyOf(each));
    context.stdout.write(options.json === true ? `${JSON.stringify(keys, undefined, 2)}\n` : keys.map((key) => `${key}\n`).join(""));
    return;
  }
  const about = describeEval(options, client, before.commands);
  await mkdir(out, { recursive: true, mode: 0o755 });
  const { rows, failed } = await makeRuns(context, options, todo, before.rows, (rows) => writeAll(out, rows, about), painter);
  await writeAll(out, rows, about);
  if (options.json === true) context.stdout.write(printEval({ commands: about.commands, rows }));
  else for (const line of closingLines(rows, planned, out)) context.stdout.write(`${line}\n`);
  const left = missingRuns(planned, rows).length;
  if (left > 0) context.stderr.write(`${left} ${left === 1 ? "run is" : "runs are"} left; the same command goes on there.\n`);
  if (failed > 0 || left > 0) process.exitCode = 1;
}

/** Every run that is asked for, and the client's version. Throws for a scenario or a model that is not there before anything runs. */
async function planEval(context: CliContext, options: Options): Promise<{ planned: readonly PlannedRun[]; client: string }> {
  const { models, repeat: repeats } = options;
  const scenarios = await chooseScenarios(resolve(context.cwd, options.scenariosFolder), options.scenarios);
  const settings = chooseSettings(options);
  for (const model of models) if (model !== writtenSessions) await requireModel(context.home, model);
  const client = await withTempFolder(async (folder) => (await findClient(context, options.client, folder)).version);
  return { planned: planRuns({ models, scenarios, settings, client, repeats }), client };
}

/** Makes the runs one after the other until the time is up, and keeps each row as it comes. A run that fails is told, and counted. */
async function makeRuns(
  context: CliContext,
  options: Options,
  todo: readonly PlannedRun[],
  before: readonly EvalRow[],
  keep: (rows: readonly EvalRow[]) => Promise<void>,
  painter: Painter,
): Promise<{ readonly rows: readonly EvalRow[]; readonly failed: number }> {
  const { version } = JSON.parse(await readFile(join(context.packageRoot, "package.json"), "utf8")) as { version: string };
  const commit = await treeVersion(context.packageRoot, version);
  const scenarios = resolve(context.cwd, options.scenariosFolder);
  const until = options.minutes === undefined ? Infinity : performance.now() + options.minutes * 60_000;
  const servers = createServers(context, options);
  const style = chooseStyle(context.stderr, context.env);
  let rows = before;
  let failed = 0;
  try {
    for (const [index, each] of todo.entries()) {
      if (performance.now() > until) break;
      painter.status(`${index + 1} of ${todo.length}: ${keyOf(each)}`);
      try {
        const url = each.setting.kind === "baseline" ? await servers.urlFor(each.model) : await servers.none();
        const row = await runOnce(context, each, { scenarios, commit, url, window: options.window });
        rows = addRow(rows, row);
        await keep(rows);
        painter.line(`${String(index + 1).padStart(String(todo.length).length)} of ${todo.length}  ${progressLine(row, style)}`);
      } catch (thrown) {
        context.signal.throwIfAborted();
        failed++;
        painter.line(style.red(`${keyOf(each)}: ${thrown instanceof Error ? thrown.message : String(thrown)}`));
      }
    }
  } finally {
    painter.close();
    await servers.none();
  }
  return { rows, failed };
}

function chooseSettings({ ablate, baseline, only }: Options): readonly Setting[] {
  const settings = settingsOf(ablate, baseline !== undefined);
  if (only !== true) return settings;
  if (settings.length === 1) throw new CloisterError("usage", "--only goes with --ablate or --baseline.");
  return settings.slice(1);
}

/** Ids as they were asked for. Throws `usage` for a name that is none, and `damaged` for a scenario that was asked for and cannot be read. */
async function chooseScenarios(folder: string, wanted: readonly string[]): Promise<readonly string[]> {
  const found = await listScenarios(folder);
  const chosen = wanted.flatMap((name) => {
    if (name === "all") return found;
    const fits = found.filter((row) => (name.startsWith("tag:") ? row.ok && row.tags.includes(name.slice(4)) : row.id === name));
    if (fits.length > 0) return fits;
    const what = name.startsWith("tag:") ? `has the tag ${name.slice(4)}` : `is called ${name}`;
    throw new CloisterError("usage", `No scenario in ${folder} ${what}.`, { hint: "cloister incident list" });
  });
  for (const row of chosen) if (!row.ok) throw row.error;
  return [...new Set(chosen.map(({ id }) => id))];
}

async function readEval(file: string): Promise<EvalFile> {
  const content = await readFile(file, "utf8").catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === "ENOENT") return undefined;
    throw thrown;
  });
  return content === undefined ? { commands: [], rows: [] } : parseEval(content, file);
}

/** All three files, each whole or not at all. */
async function writeAll(out: string, rows: readonly EvalRow[], about: EvalAbout): Promise<void> {
  const notes = await readFile(join(out, "eval-notes.md"), "utf8").catch(() => undefined);
  const files = {
    "eval.json": printEval({ commands: about.commands, rows }),
    "eval.md": evalMarkdown(rows, about, notes),
    "eval.html": evalPage(rows, about),
  };
  for (const [name, text] of Object.entries(files)) await writeWhole(join(out, name), text, 0o666);
}

/** The servers of baselines, one at a time. */
function createServers(context: CliContext, options: Options): { urlFor(model: string): Promise<string>; none(): Promise<undefined> } {
  let running: { readonly model: string; readonly url: string; close(): Promise<void> } | undefined;
  const none = async (): Promise<undefined> => {
    await running?.close();
    running = undefined;
  };
  return {
    none,
    async urlFor(model) {
      if (running?.model === model) return running.url;
      await none();
      const peersFolder = resolve(context.cwd, options.peersFolder ?? join(context.home, "peers"));
      const peer = await findPeer("llama-server", {
        folder: peersFolder,
        llamaServer: options.llamaServer,
        searchPath: context.env["PATH"] ?? "",
      });
      if (!peer.found) throw new CloisterError("missing", peer.reason, { hint: peer.install });
      const { path } = await requireModel(context.home, model);
      const plan = (place: { port: number; home: string; token: string }) =>
        planLlamaServer({ ...place, program: peer.program, modelPath: path, window: options.window });
      running = { model, ...(await startPeer(plan, context.signal)) };
      return running.url;
    },
  };
}

function describeEval(options: Options, client: string, before: readonly string[]): EvalAbout {
  const { models, scenarios, repeat, ablate, only, baseline, window } = options;
  const parts = [
    "cloister eval",
    `--models ${models.join(",")}`,
    ...(scenarios.join() === "all" ? [] : [`--scenarios ${scenarios.join(",")}`]),
    `--repeat ${repeat}`,
    ...(ablate.length === 0 ? [] : [`--ablate ${ablate.join(",")}`]),
    ...(only === true ? ["--only"] : []),
    ...(baseline === undefined ? [] : [`--baseline ${baseline}`]),
    ...(window === 16_384 ? [] : [`--window ${window}`]),
  ];
  const processor = cpus()[0]?.model.trim() ?? "unknown processor";
  return {
    commands: [...new Set([...before, parts.join(" ")])],
    machine: `${cpus().length} cores (${processor}), ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${arch()}`,
    versions: [`Claude Code ${client}`, `Node ${process.versions.node}`],
  };
}

function progressLine(row: EvalRow, style: Style): string {
  const paint = row.outcome === "closed" ? style.green : row.outcome === "handed-over" ? style.yellow : style.red;
  const by = row.change === null || row.outcome === "handed-over" ? "" : row.change === "model" ? ", by the model" : ", by a quick fix";
  const note = row.note === "" ? "" : style.dim(`  ${row.note}`);
  return `${row.scenario} · ${row.model} · ${row.setting}: ${paint(row.outcome)}${by}, ${row.turns} turns, ${Math.round(row.seconds)} s${note}`;
}

function closingLines(rows: readonly EvalRow[], planned: readonly PlannedRun[], out: string): readonly string[] {
  const asked = new Set(planned.map(({ model, setting }) => `${model} ${settingName(setting)}`));
  const figures = figuresOf(rows).filter(({ model, setting }) => asked.has(`${model} ${setting}`));
  return [
    ...figures.map(
      (row) =>
        `${row.model}, ${row.setting}: pass@1 ${percent(row.passAt1)} of ${row.scenarios} scenarios [${percent(row.interval[0])}–${percent(row.interval[1])}], ` +
        `${row.wrong} wrong of ${row.opened} pull requests, median ${Math.round(row.seconds)} s`,
    ),
    ...(rows.length === 0 ? [] : [commits(rows)]),
    `Table and pictures: ${join(out, "eval.md")}, ${join(out, "eval.html")}`,
  ];
}
