import { escapeMarkup } from "../../bench/chart.ts";
import type { EvalRow } from "./row.ts";
import { type Figures, figuresOf } from "./statistics.ts";
import { commits, type EvalAbout, mark, percent, scenarioGrid } from "./table.ts";

/** One HTML page with the pictures of an eval; it needs nothing from outside and follows the reader's light or dark scheme. */
export function evalPage(rows: readonly EvalRow[], about: EvalAbout): string {
  const figures = figuresOf(rows);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Cloister: evaluation</title>
<style>${css}</style>
<h1>Evaluation</h1>
<p>Every run is the real client in the seal against a recorded incident; a hidden verification judges what was pushed.
Made by ${about.commands.map((command) => `<code>${escapeMarkup(command)}</code>`).join(", ")} on ${escapeMarkup(about.machine)}; ${escapeMarkup(about.versions.join(", "))}; ${escapeMarkup(commits(rows))}.</p>
<h2>Closed, by setting</h2>
<p class="key"><span class="by-model"></span> the model wrote the change <span class="by-fix"></span> it chose a checked quick fix
<span class="left-alone"></span> a control, rightly left alone <span class="by-wrong"></span> wrong pull request; whisker: 95 % interval of pass@1</p>
${bars(rows, figures)}
<h2>By scenario</h2>
<p class="key">✓ closed, – handed over without a pull request, ✗ a wrong pull request, ? not verified; one mark for each run, behind them the median of seconds</p>
${matrix(rows)}
</html>
`;
}

const css = `
:root { color-scheme: light dark; --ground: #fff; --ink: #1c1f23; --faint: #5c636b; --line: #d8dce0; --model: #0b6e4f; --fix: #4b8fc4; --alone: #8a8f98; --wrong: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ground: #15181c; --ink: #e8eaed; --faint: #a3abb5; --line: #343a41; --model: #4fd1a5; --fix: #7db7e8; --alone: #9aa1aa; --wrong: #ff8a80; } }
body { background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }
code { font-size: .9em; overflow-wrap: anywhere; }
.key { color: var(--faint); } .key span { display: inline-block; width: .8em; height: .8em; margin-left: .8em; }
.by-model { background: var(--model); fill: var(--model); } .by-fix { background: var(--fix); fill: var(--fix); }
.left-alone { background: var(--alone); fill: var(--alone); } .by-wrong { background: var(--wrong); fill: var(--wrong); }
svg { width: 100%; height: auto; } svg text { fill: var(--ink); font: 13px system-ui, sans-serif; } svg .faint { fill: var(--faint); }
svg line { stroke: var(--ink); stroke-width: 1.5; } svg .grid { stroke: var(--line); stroke-width: 1; }
.wide { overflow-x: auto; } table { border-collapse: collapse; } th, td { border: 1px solid var(--line); padding: .2rem .6rem; text-align: left; white-space: nowrap; }
td small { color: var(--faint); } .closed { color: var(--model); } .wrong { color: var(--wrong); font-weight: 600; } thead th { vertical-align: bottom; white-space: normal; min-width: 6rem; }
`;

const plot = { left: 300, right: 900, row: 34, top: 26 };

/** A bar for each model and setting, 0 to 100 % of its scenarios; wrong pull requests are drawn behind what closed. */
function bars(rows: readonly EvalRow[], figures: readonly Figures[]): string {
  const x = (share: number): number => Math.round((plot.left + share * (plot.right - plot.left)) * 10) / 10;
  const height = plot.top + figures.length * plot.row + 24;
  const parts = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<line class="grid" x1="${x(share)}" x2="${x(share)}" y1="${plot.top - 6}" y2="${height - 24}"/><text class="faint" x="${x(share)}" y="${height - 6}" text-anchor="middle">${percent(share)}</text>`,
  );
  for (const [index, row] of figures.entries()) {
    const y = plot.top + index * plot.row;
    const own = rows.filter(({ model, setting }) => model === row.model && setting === row.setting);
    const shareOf = (is: (run: EvalRow) => boolean): number => own.filter(is).length / own.length;
    const segments = [
      ["by-model", shareOf(({ outcome, change, control }) => outcome === "closed" && !control && change !== "quick-fix")],
      ["by-fix", shareOf(({ outcome, change }) => outcome === "closed" && change === "quick-fix")],
      ["left-alone", shareOf(({ outcome, control }) => outcome === "closed" && control)],
      ["by-wrong", shareOf(({ outcome }) => outcome === "wrong")],
    ] as const;
    parts.push(`<text x="${plot.left - 12}" y="${y + 16}" text-anchor="end">${escapeMarkup(`${row.model}, ${row.setting}`)}</text>`);
    let from = 0;
    for (const [name, share] of segments) {
      if (share > 0)
        parts.push(`<rect class="${name}" x="${x(from)}" y="${y}" width="${Math.max(0, x(from + share) - x(from) - 1)}" height="20"/>`);
      from += share;
    }
    const [low, high] = row.interval;
    parts.push(
      `<line x1="${x(low)}" x2="${x(high)}" y1="${y + 24}" y2="${y + 24}"/><line x1="${x(row.passAt1)}" x2="${x(row.passAt1)}" y1="${y + 20}" y2="${y + 28}"/>`,
      `<text x="${plot.right + 12}" y="${y + 16}">${percent(row.passAt1)}</text>`,
    );
  }
  return `<svg viewBox="0 0 960 ${height}" role="img" aria-label="Share of scenarios closed, by setting">\n${parts.join("\n")}\n</svg>`;
}

function matrix(rows: readonly EvalRow[]): string {
  const { columns, lines } = scenarioGrid(rows);
  const head = columns.map((column) => `<th scope="col">${escapeMarkup(column)}</th>`).join("");
  const body = lines.map(
    ({ scenario, control, cells }) =>
      `<tr><th scope="row">${escapeMarkup(scenario)}${control ? " <small>control</small>" : ""}</th>${cells.map((runs) => `<td>${cell(runs)}</td>`).join("")}</tr>`,
  );
  return `<div class="wide"><table><thead><tr><th>scenario</th>${head}</tr></thead><tbody>\n${body.join("\n")}\n</tbody></table></div>`;
}

function cell(runs: readonly EvalRow[]): string {
  if (runs.length === 0) return "";
  const marks = runs.map((run) => `<span class="${run.outcome}" title="${escapeMarkup(title(run))}">${mark(run)}</span>`);
  const [first] = figuresOf(runs);
  return `${marks.join(" ")} <small>${Math.round(first?.seconds ?? 0)} s</small>`;
}

function title({ outcome, turns, calls, failedCalls, change, note }: EvalRow): string {
  const by = change === null ? "" : change === "model" ? ", change by the model" : ", change by a quick fix";
  return `${outcome}${by}; ${turns} turns, ${calls} calls (${failedCalls} failed)${note === "" ? "" : `; ${note}`}`;
}
