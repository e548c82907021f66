import { rowKey, type EvalRow } from "./row.ts";
import { type Setting, settingName } from "./setting.ts";

/** One run that is to be made. */
export interface PlannedRun {
  readonly scenario: string;
  readonly model: string;
  readonly setting: Setting;
  readonly client: string;
  /** From 1. */
  readonly repeat: number;
}

export interface EvalPlan {
  readonly models: readonly string[];
  readonly scenarios: readonly string[];
  readonly settings: readonly Setting[];
  /** The client's version. */
  readonly client: string;
  readonly repeats: number;
}

/**
 * Every run, the first repeat of all before the second of any: where an eval is stopped early, what is there covers everything once. Within a repeat the runs
 * of one model and setting follow each other, so that a server is started once for them.
 */
export function planRuns({ models, scenarios, settings, client, repeats }: EvalPlan): readonly PlannedRun[] {
  const runs: PlannedRun[] = [];
  for (let repeat = 1; repeat <= repeats; repeat++)
    for (const model of models)
      for (const setting of settings) for (const scenario of scenarios) runs.push({ scenario, model, setting, client, repeat });
  return runs;
}

export function keyOf(run: PlannedRun): string {
  return rowKey({ ...run, setting: settingName(run.setting) });
}

/** Those that have no row yet. */
export function missingRuns(runs: readonly PlannedRun[], rows: readonly EvalRow[]): readonly PlannedRun[] {
  const made = new Set(rows.map(rowKey));
  return runs.filter((run) => !made.has(keyOf(run)));
}

/** The rows with one more, which takes the place of one with the same key. */
export function addRow(rows: readonly EvalRow[], row: EvalRow): readonly EvalRow[] {
  const key = rowKey(row);
  return rows.some((other) => rowKey(other) === key) ? rows.map((other) => (rowKey(other) === key ? row : other)) : [...rows, row];
}
