import { join, resolve } from "node:path";
import { listScenarios, loadScenario } from "../../src/incident/scenario.ts";
import { sweepScenario } from "./sweep.ts";

/**
 * The whole sweep: `node dist/e2e/check-sweep/main.js [--passed] [--every N] [SCENARIO…]`. A line for each scenario, and one for each edit that
 * check and verify judge differently. `--passed`: only what the check lets out is put to verify. `--every N`: each Nth edit.
 */
const root = resolve(import.meta.dirname, "../../../scenarios");
const words = process.argv.slice(2);
const every = words.includes("--every") ? Number(words[words.indexOf("--every") + 1]) : 1;
const alsoRefused = !words.includes("--passed");
const wanted = words.filter((word) => /^[a-z]/.test(word));

const total = { edits: 0, passed: 0, wronglyPassed: 0, wronglyRefused: 0 };
for (const { id } of await listScenarios(root)) {
  if (wanted.length > 0 && !wanted.includes(id)) continue;
  const scenario = await loadScenario(join(root, id));
  if (scenario.truth.causes.some((cause) => "code" in cause)) continue;
  const swept = await sweepScenario(scenario, { every, alsoRefused });
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
