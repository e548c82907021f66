import type { EvalRow } from "./row.ts";
import { type Figures, figuresOf, groupBy, isClosed } from "./statistics.ts";

/** Where and how the rows were made, for whoever wants to make them again. */
export interface EvalAbout {
  /** The command lines, as one would type them. */
  readonly commands: readonly string[];
  /** Processor, cores, memory, system. */
  readonly machine: string;
  /** Program and version: the client, node, kubectl and so on. */
  readonly versions: readonly string[];
}

/** The published page of an eval, in Markdown. `notes` is what people wrote about it; it stands above the figures. */
export function evalMarkdown(rows: readonly EvalRow[], about: EvalAbout, notes: string | undefined): string {
  return `${[
    "# Evaluation",
    "",
    "Every run is the real client in the seal with real kubectl, git and gh against a recorded incident, and a hidden `verify` judges what was pushed; no model judges.",
    "`eval.json` holds a row for each run, `eval.html` the pictures. Made by",
    "",
    "```sh",
    ...about.commands,
    "```",
    "",
    `on ${about.machine}; ${about.versions.join(", ")}; ${commits(rows)}.`,
    "",
    ...(notes === undefined ? [] : [notes.trim(), ""]),
    "## By setting",
    "",
    ...settingTable(figuresOf(rows)),
    "",
    "- **pass@1**: the mean over scenarios of the share of runs that closed: a right pull request or, where nothing is wrong, none. In brackets the 95 % interval (Wilson) over scenarios.",
    "- **all**: scenarios of which every run closed. **wrong of opened**: pull requests whose head fails `verify`, or any in a control, of all that were opened.",
    "- **by model / quick fix**: closed runs whose change the model wrote, and those where it chose a change that Cloister had computed and checked.",
    "- **struck**: sentences of pull requests that the record contradicts. **refused**: pushes that the gate held back. **failed calls**: of all calls.",
    "- Turns, tokens (prefilled / written) and seconds are medians over runs; seconds are the whole command, loading the model included.",
    "",
    "## By scenario",
    "",
    ...scenarioTable(rows),
    "",
    "✓ closed, – handed over without a pull request, ✗ a wrong pull request, ? one that could not be verified; one mark for each run.",
    "",
    ...wrongList(rows),
  ].join("\n")}`;
}

function settingTable(figures: readonly Figures[]): readonly string[] {
  return [
    "| model | setting | runs | pass@1 | all | wrong of opened | by model / quick fix | handed over | struck | refused | failed calls | turns | tokens | seconds |",
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ...figures.map((row) =>
      tableLine([
        row.model,
        row.setting,
        `${row.runs} of ${row.scenarios} scenarios`,
        `**${passed(row)}** [${percent(row.interval[0])}–${percent(row.interval[1])}]`,
        `${row.allClosed} of ${row.scenarios}`,
        `${row.wrong} of ${row.opened}`,
        `${row.closedByModel} / ${row.closedByQuickFix}`,
        row.handedOver,
        row.struck,
        row.refusedPushes,
        `${row.failedCalls} of ${row.calls}`,
        row.turns,
        `${Math.round(row.tokensRead)} / ${Math.round(row.tokensWritten)}`,
        Math.round(row.seconds),
      ]),
    ),
  ];
}

function scenarioTable(rows: readonly EvalRow[]): readonly string[] {
  const { columns, lines } = scenarioGrid(rows);
  const manyModels = new Set(rows.map(({ model }) => model)).size > 1;
  const head = columns.map((column) => (manyModels ? column : column.slice(column.indexOf(" ") + 1)));
  return [
    tableLine(["scenario", ...head]),
    tableLine(["---", ...columns.map(() => "---")]),
    ...lines.map(({ scenario, control, cells }) =>
      tableLine([`${scenario}${control ? " (control)" : ""}`, ...cells.map((runs) => runs.map(mark).join(" "))]),
    ),
  ];
}

/** Scenarios by name and, in each column of one model and setting, their runs by repeat. */
export interface ScenarioGrid {
  readonly columns: readonly string[];
  readonly lines: readonly { readonly scenario: string; readonly control: boolean; readonly cells: readonly (readonly EvalRow[])[] }[];
}

export function scenarioGrid(rows: readonly EvalRow[]): ScenarioGrid {
  const columns = [...groupBy(rows, columnOf).keys()];
  const lines = [...groupBy(rows, ({ scenario }) => scenario)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([scenario, runs]) => ({
      scenario,
      control: runs[0]?.control === true,
      cells: columns.map((column) => runs.filter((run) => columnOf(run) === column).toSorted((a, b) => a.repeat - b.repeat)),
    }));
  return { columns, lines };
}

/** Each wrong pull request by name: they are what must not happen. */
function wrongList(rows: readonly EvalRow[]): readonly string[] {
  const wrong = rows.filter(({ outcome }) => outcome === "wrong" || outcome === "unverified");
  if (wrong.length === 0) return ["No wrong pull request was opened.", ""];
  return [
    "## Wrong pull requests",
    "",
    ...wrong.map(
      ({ scenario, model, setting, repeat, change, note }) =>
        `- ${scenario}, ${model}, ${setting}, run ${repeat}${change === null ? "" : `, change by ${change === "model" ? "the model" : "a quick fix"}`}: ${plain(note)}`,
    ),
    "",
  ];
}

export function mark(row: EvalRow): string {
  if (isClosed(row)) return "✓";
  return { "handed-over": "–", wrong: "✗", unverified: "?", closed: "✓" }[row.outcome];
}

function columnOf({ model, setting }: EvalRow): string {
  return `${model} ${setting}`;
}

export function commits(rows: readonly EvalRow[]): string {
  const all = [...groupBy(rows, ({ commit }) => commit)].map(
    ([commit, of]) => `${commit} (${of.length} ${of.length === 1 ? "run" : "runs"})`,
  );
  return `commit${all.length === 1 ? "" : "s"} ${all.join(", ")}`;
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function passed({ passAt1, scenarios }: Figures): string {
  const value = passAt1 * scenarios;
  return `${Number.isInteger(value) ? value : value.toFixed(1)} of ${scenarios}`;
}

function tableLine(cells: readonly (string | number)[]): string {
  return `| ${cells.map((cell) => plain(String(cell))).join(" | ")} |`;
}

function plain(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll("|", String.raw`\|`);
}
