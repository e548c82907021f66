import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { bounded } from "../../bench/arguments.ts";
import { CloisterError } from "../../src/error.ts";
import { listScenarios, loadScenario } from "../../src/incident/scenario.ts";
import { sweepScenario } from "./sweep.ts";

/**
 * The whole sweep: `node dist/e2e/check-sweep/main.js [--passed] [--every N] [SCENARIO…]`. A line for each scenario, and one for each edit that
 * check and verify judge differently. `--passed`: only what the check lets out is put to verify. `--every N`: each Nth edit.
 */
const root = resolve(import.meta.dirname, "../../../scenarios");
const { values, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { passed: { type: "boolean", default: false }, every: { type: "string", default: "1" } },
});
const every = bounded("--every", values.every, 1, 100_000);
const alsoRefused = !values.passed;
const scenarios = await listScenarios(root);
const unknown = wanted.find((id) => !scenarios.some((one) => one.id === id));
if (unknown !== undefined) throw new CloisterError("usage", `There is no scenario ${unknown}.`);

const total = { edits: 0, passed: 0, wronglyPassed: 0, wronglyRefused: 0 };
for (const { id } of scenarios) {
  if (wanted.length > 0 && !wanted.includes(id)) continue;
  const scenario = await loadScenario(join(root, id));
  if (scenario.truth.causes.some((cause) => "code" in cause)) continue;
  const swept = await sweepScenario(scenario, { every, layers: { right: 2, wrong: 8 }, alsoRefused });
  total.edits += swept.edits;
  total.passed += swept.passed;
  total.wronglyPassed += swept.wronglyPassed.length;
  total.wronglyRefused += swept.wronglyRefused.length;
  console.log(
    `${id}: ${swept.edits} edits, ${swept.passed} passed, ${swept.wronglyPassed.length} wrongly passed, ${swept.wronglyRefused.length} wrongly refused`,
  );
  for (const { says, why } of swept.wronglyPassed) console.log(`  WRONGLY PASSED ${says} [${why}]`);
  for (const { says, why } of swept.wronglyRefused) console.log(`  wrongly refused ${says} [${why}]`);
}
console.log(JSON.stringify(total));
