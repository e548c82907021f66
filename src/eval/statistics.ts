import { median } from "../../bench/statistics.ts";
import type { EvalRow } from "./row.ts";

/** What a model did in one setting, over its scenarios and repeats. Shares are 0 to 1. */
export interface Figures {
  readonly model: string;
  readonly setting: string;
  readonly scenarios: number;
  readonly runs: number;
  /** The mean over scenarios of the share of their runs that closed. */
  readonly passAt1: number;
  /** 95 %, see `wilson`. Repeats of one scenario are no independent trials, so the number of scenarios counts, not that of runs. */
  readonly interval: readonly [low: number, high: number];
  /** Scenarios of which every run closed. */
  readonly allClosed: number;
  readonly opened: number;
  readonly wrong: number;
  /** Closed runs whose change was a quick fix that the model chose. */
  readonly closedByQuickFix: number;
  readonly closedByModel: number;
  readonly handedOver: number;
  readonly struck: number;
  readonly refusedPushes: number;
  /** Medians over the runs. */
  readonly turns: number;
  readonly tokensRead: number;
  readonly tokensWritten: number;
  readonly seconds: number;
  /** Calls that failed, of all calls. */
  readonly failedCalls: number;
  readonly calls: number;
}

/** One row of figures for each model and setting, in the order in which they first occur. */
export function figuresOf(rows: readonly EvalRow[]): readonly Figures[] {
  return [...groupBy(rows, ({ model, setting }) => `${model} ${setting}`).values()].map(figures);
}

function figures(rows: readonly EvalRow[]): Figures {
  const [first] = rows;
  if (first === undefined) throw new RangeError("There are no figures of no rows.");
  const scenarios = [...groupBy(rows, ({ scenario }) => scenario).values()];
  const passed = scenarios.reduce((total, runs) => total + count(runs, isClosed) / runs.length, 0);
  const middle = (of: (row: EvalRow) => number) => median(rows.map(of));
  const total = (of: (row: EvalRow) => number) => rows.reduce((so, row) => so + of(row), 0);
  return {
    model: first.model,
    setting: first.setting,
    scenarios: scenarios.length,
    runs: rows.length,
    passAt1: passed / scenarios.length,
    interval: wilson(passed, scenarios.length),
    allClosed: scenarios.filter((runs) => runs.every(isClosed)).length,
    opened: count(rows, ({ opened }) => opened),
    wrong: count(rows, ({ outcome }) => outcome === "wrong"),
    closedByQuickFix: count(rows, (row) => isClosed(row) && row.change === "quick-fix"),
    closedByModel: count(rows, (row) => isClosed(row) && row.change === "model"),
    handedOver: count(rows, ({ outcome }) => outcome === "handed-over"),
    struck: total(({ struck }) => struck),
    refusedPushes: total(({ refusedPushes }) => refusedPushes),
    turns: middle(({ turns }) => turns),
    tokensRead: middle(({ tokens }) => tokens.read),
    tokensWritten: middle(({ tokens }) => tokens.written),
    seconds: middle(({ seconds }) => seconds),
    failedCalls: total(({ failedCalls }) => failedCalls),
    calls: total(({ calls }) => calls),
  };
}

/**
 * The 95 % score interval of a share (Wilson 1927, "Probable inference, the law of succession, and statistical inference"): unlike the normal
 * approximation it stays inside 0 and 1 and says something at 0 of n. `passed` may be a sum of shares. Throws `RangeError` for no trials.
 */
export function wilson(passed: number, trials: number): readonly [low: number, high: number] {
  if (trials <= 0) throw new RangeError("There is no interval of no trials.");
  const z = 1.959964;
  const share = passed / trials;
  const spread = z * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  const centre = share + (z * z) / (2 * trials);
  const scale = 1 + (z * z) / trials;
  return [Math.max(0, (centre - spread) / scale), Math.min(1, (centre + spread) / scale)];
}

export function isClosed({ outcome }: EvalRow): boolean {
  return outcome === "closed";
}

/** Groups in the order in which their keys first occur. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

function count<T>(items: readonly T[], is: (item: T) => boolean): number {
  return items.filter(is).length;
}
