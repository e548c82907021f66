// Runs the compiled tests and closes with one line, `N passed, N failed, N skipped`. Arguments filter by path.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";

const wanted = process.argv.slice(2).filter((a) => !a.startsWith("-"));
const files = [];
for (const room of ["dist/src", "dist/bench", "dist/e2e"]) if (existsSync(room)) walk(room);
function walk(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => a.name.localeCompare(b.name))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) walk(path);
    else if (entry.name.endsWith(".test.js") && (wanted.length === 0 || wanted.some((w) => path.includes(w)))) files.push(path);
  }
}

let passed = 0;
let failed = 0;
let skipped = 0;
const stream = run({ files, concurrency: 1 });
stream.on("test:pass", (test) => {
  if (test.details.type === "suite" || test.skip !== undefined) {
    if (test.skip !== undefined) skipped++;
    return;
  }
  passed++;
});
stream.on("test:fail", (test) => {
  if (test.details.type !== "suite") failed++;
});
const printed = stream.compose(spec);
printed.pipe(process.stdout, { end: false });
printed.on("end", () => {
  process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
});
