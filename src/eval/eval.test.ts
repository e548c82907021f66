import assert from "node:assert/strict";
import { test } from "node:test";
import { sessionParts } from "../incident/session-part.ts";
import { evalPage } from "./page.ts";
import { addRow, keyOf, missingRuns, planRuns } from "./plan.ts";
import { rowOf } from "./report-row.ts";
import { type EvalRow, parseEval, printEval, rowKey } from "./row.ts";
import { settingName, settingsOf } from "./setting.ts";
import { figuresOf, wilson } from "./statistics.ts";
import { evalMarkdown } from "./table.ts";

const about = { commands: ["cloister eval --repeat 2"], machine: "2 cores", versions: ["Claude Code 9"] };

function row(change: Partial<EvalRow>): EvalRow {
  return {
    scenario: "oom-kill",
    control: false,
    model: "small",
    setting: "everything",
    client: "9",
    repeat: 1,
    commit: "abc1234",
    at: "2026-01-01T00:00:00.000Z",
    outcome: "closed",
    score: { rootCause: true, evidence: true, patch: true, pullRequest: true },
    opened: true,
    change: "quick-fix",
    struck: 0,
    refusedPushes: 0,
    turns: 8,
    turnsWithoutModel: 1,
    calls: 7,
    failedCalls: 0,
    tokens: { read: 1000, kept: 500, written: 100 },
    seconds: 30,
    note: "",
    ...change,
  };
}

const report = {
  closed: false,
  control: false,
  client: "9",
  pullRequest: { number: 1 },
  change: "model",
  verify: {
    outcome: "failed",
    checks: [
      { check: "memory", ok: false, why: "too little" },
      { check: "scope", ok: true, why: "" },
    ],
  },
  score: { rootCause: true, evidence: true, patch: false, pullRequest: true, wrongPullRequest: true },
  struck: [{ sentence: "I restarted it", why: "no" }],
  refusedPushes: 2,
  turns: 5,
  turnsWithoutModel: 0,
  calls: 5,
  failedCalls: 1,
  tokens: { read: 1, kept: 2, written: 3 },
  seconds: { total: 12.345 },
  exit: { code: 0, timedOut: false },
};
const run = { scenario: "oom-kill", model: "small", setting: "everything", repeat: 1, commit: "abc1234", at: "2026-01-01T00:00:00.000Z" };

test("the interval is Wilson's", () => {
  // 81 of 263: 0.2553 to 0.3662, in Newcombe (1998), "Two-sided confidence intervals for the single proportion", method 3.
  const [low, high] = wilson(81, 263);
  assert.equal(low.toFixed(4), "0.2553");
  assert.equal(high.toFixed(4), "0.3662");
  assert.equal(wilson(0, 20)[0], 0);
  assert.ok(wilson(0, 20)[1] > 0.1);
  assert.throws(() => wilson(0, 0), RangeError);
});

test("everything comes first, each part once, the baseline last; a setting has one name", () => {
  const settings = settingsOf(["thought", "quick-fix", "forms", "forms"], true);
  assert.deepEqual(settings.map(settingName), ["everything", "without forms", "without quick-fix", "with thought", "llama-server alone"]);
  const name = settingName({ kind: "cloister", without: ["check", "triage"] });
  assert.equal(name, settingName({ kind: "cloister", without: ["triage", "check"] }));
  assert.equal(new Set(settingsOf(sessionParts, true).map(settingName)).size, sessionParts.length + 2);
});

test("the first repeat of all comes before the second of any, and what has a row is not run again", () => {
  const plan = { models: ["a", "b"], scenarios: ["x", "y"], settings: settingsOf(["triage"], false), client: "9", repeats: 2 };
  const runs = planRuns(plan);
  assert.equal(runs.length, 16);
  assert.equal(new Set(runs.map(keyOf)).size, 16);
  assert.deepEqual([...new Set(runs.slice(0, 8).map(({ repeat }) => repeat))], [1]);
  const made = row({ scenario: "x", model: "a", setting: "without triage", repeat: 2 });
  const missing = missingRuns(runs, [made]);
  assert.equal(missing.length, 15);
  assert.ok(!missing.map(keyOf).includes(rowKey(made)));
});

test("a run made again takes the place of the first", () => {
  const rows = addRow(addRow([row({})], row({ repeat: 2 })), row({ outcome: "wrong" }));
  assert.deepEqual(
    rows.map(({ repeat, outcome }) => [repeat, outcome]),
    [
      [1, "wrong"],
      [2, "closed"],
    ],
  );
});

test("a report becomes a row; what failed is named", () => {
  const made = rowOf(report, run);
  assert.equal(made.outcome, "wrong");
  assert.equal(made.note, "memory");
  assert.equal(made.struck, 1);
  assert.equal(made.seconds, 12.3);
  assert.equal(
    rowOf({ ...report, pullRequest: null, verify: null, change: null, score: { ...report.score, wrongPullRequest: false } }, run).outcome,
    "handed-over",
  );
  assert.equal(rowOf({ ...report, score: { ...report.score, wrongPullRequest: false } }, run).outcome, "unverified");
  assert.match(rowOf({ ...report, exit: { code: null, timedOut: true } }, run).note, /^out of time; memory$/);
  assert.throws(() => rowOf({ closed: true }, run), /report is not one: control/);
});

test("an eval is read as it was written, and what is none is named", () => {
  const file = { commands: about.commands, rows: [row({}), row({ repeat: 2 })] };
  assert.deepEqual(parseEval(printEval(file), "eval.json"), file);
  assert.throws(() => parseEval("{", "eval.json"), /eval.json is not JSON/);
  assert.throws(() => parseEval(printEval({ ...file, rows: [row({ repeat: 0 })] }), "eval.json"), /rows.0.repeat/);
});

test("the figures: pass@1 over scenarios, all of k, wrong of opened, and who wrote the change", () => {
  const rows = [
    row({}),
    row({ repeat: 2, outcome: "wrong", change: "model" }),
    row({ scenario: "taint", change: "model", seconds: 50 }),
    row({ scenario: "taint", repeat: 2, change: "model", seconds: 70 }),
    row({ scenario: "quiet", control: true, opened: false, change: null }),
    row({ scenario: "quota", outcome: "handed-over", opened: false, change: null }),
    row({ setting: "without triage", outcome: "unverified" }),
  ];
  const [everything, without] = figuresOf(rows);
  assert.ok(everything !== undefined && without !== undefined);
  assert.equal(everything.passAt1, (0.5 + 1 + 1 + 0) / 4);
  assert.equal(everything.allClosed, 2);
  assert.deepEqual([everything.wrong, everything.opened, everything.handedOver], [1, 4, 1]);
  assert.deepEqual([everything.closedByQuickFix, everything.closedByModel], [1, 2]);
  assert.equal(without.wrong, 0);

  const text = evalMarkdown(rows, about, "What limits it: little.");
  assert.match(text, /cloister eval --repeat 2/);
  assert.match(text, /\*\*2\.5 of 4\*\*/);
  assert.match(text, /\| oom-kill \| ✓ ✗ \| \? \|/);
  assert.match(text, /quiet \(control\)/);
  assert.match(text, /What limits it: little\./);
  assert.match(text, /- oom-kill, small, everything, run 2, change by the model/);
});

test("the page holds every scenario and setting, escapes what it is given and asks for nothing from outside", () => {
  const html = evalPage([row({ note: '"><script>alert(1)</script>' }), row({ setting: "without triage", scenario: "taint" })], about);
  for (const text of ["oom-kill", "taint", "small, without triage"]) assert.ok(html.includes(text), text);
  assert.ok(!html.includes("<script"));
  assert.ok(!/(?:src|href)=|https?:/.test(html));
});
