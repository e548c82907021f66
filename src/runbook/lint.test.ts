import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { lintRunbook } from "./lint.ts";
import { parseRunbook, testCommand } from "./runbook.ts";

const folder = join(resolve(import.meta.dirname, "../../.."), "runbooks");
const read = (name: string): string => readFileSync(join(folder, name), "utf8");

test("nothing is wrong with the runbooks of the package", () => {
  for (const name of readdirSync(folder)) assert.deepEqual(lintRunbook(parseRunbook(read(name), name)), [], name);
});

test("what is never used and what can never be done is said", () => {
  const text = read("kubernetes-incident.yaml");
  const lint = (change: (text: string) => string) => lintRunbook(parseRunbook(change(text), "r.yaml"));
  assert.deepEqual(
    lint((t) => t.replace("forms: [check]", "forms: [get-pods]")),
    ["forms.check: no step offers it", "steps.check: none of its forms meets a condition of its `done`"],
  );
  assert.deepEqual(
    lint((t) => t.replace("slots:\n", "slots:\n  unused: { fact: workdir }\n")),
    ["slots.unused: no form has it"],
  );
  assert.deepEqual(
    lint((t) => t.replace("looks: 10", "looks: 24")),
    ["budget: looks may use up all calls"],
  );
  assert.throws(
    () => parseRunbook(text.replace("change: change", "change: alter"), "r.yaml"),
    /r\.yaml:\d+: search\.change: there is no step named alter/,
  );
});

test("the tests that judge are a form's command, of words that need no shell", () => {
  const text = read("code-incident.yaml");
  assert.deepEqual(testCommand(parseRunbook(text, "r.yaml")), ["npm", "test"]);
  assert.equal(testCommand(parseRunbook(read("kubernetes-incident.yaml"), "r.yaml")), undefined);
  for (const wrong of ["{ tests: nothing }", "{ tests: edit-function }", "{ tests: commit-and-push }"])
    assert.throws(
      () => parseRunbook(text.replace("{ tests: run-tests }", wrong), "r.yaml"),
      /r\.yaml:6: judge\.tests: there is no form of this name that runs a command of plain words/,
    );
});
