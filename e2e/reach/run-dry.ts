import { firstChoice, randomChoice, rightChoice } from "./policy.ts";
import { reach } from "./dry-reach.ts";
import { openWorld, scenarioIds } from "./scenario-world.ts";

/** Prints a table: what becomes of every scenario (or those that are named) with each policy, without client and cluster. */
const named = process.argv.slice(2).filter((word) => !word.startsWith("-"));
const seeds = Number(/--seeds=(\d+)/.exec(process.argv.join(" "))?.[1] ?? 3);
const rows: string[][] = [
  ["scenario", "fix, first", "no fix, first", "no fix, right", "no values, right", `no values, random × ${seeds}`, "no triage, right"],
];
for (const id of named.length > 0 ? named : await scenarioIds()) {
  const world = await openWorld(id);
  const row = [id];
  const told = ({ outcome, calls }: Awaited<ReturnType<typeof reach>>): string => `${outcome} (${calls})`;
  row.push(told(await reach(world, firstChoice, { quickFixes: true })));
  row.push(told(await reach(world, firstChoice, { quickFixes: false })));
  const reached: string[] = [];
  const right = await reach(
    world,
    rightChoice(world.right, (path) => reached.push(path)),
    { quickFixes: false },
  );
  row.push(told(right) + (reached.length > 0 ? "" : " -"));
  row.push(told(await reach(world, rightChoice(world.right), { quickFixes: false, candidates: false })));
  const outcomes: string[] = [];
  for (let seed = 1; seed <= seeds; seed++)
    outcomes.push((await reach(world, randomChoice(seed), { quickFixes: false, candidates: false })).outcome);
  row.push(["closed", "wrong", "handed over", "no end"].map((one) => outcomes.filter((outcome) => outcome === one).length).join("/"));
  row.push(told(await reach(world, rightChoice(world.right), { quickFixes: false, triage: false })));
  rows.push(row);
  if (process.argv.includes("--show"))
    for (const turn of right.turns)
      process.stdout.write(`${turn.role === "assistant" ? JSON.stringify(turn.calls[0]?.input) : turn.text.slice(0, 300)}\n`);
  if (process.argv.includes("--show")) process.stdout.write(`${right.end}\n`);
}
const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
for (const row of rows) process.stdout.write(`${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}\n`);
