import assert from "node:assert/strict";
import { test } from "node:test";
import type { Finding } from "./finding.ts";
import { argumentStays } from "./predict-arguments.ts";
import type { Container } from "./workloads.ts";

const text = "## 5.0.0\n`--cache-size` is `--cache-entries`; see also --port.";

function container(...args: string[]): Container {
  return { name: "serve", init: false, field: [], json: { args } };
}

/** Why a command line would still not start, where the program does not know `bad`. */
function judge(bad: string, before: string[], after: string[], repositoryText = text): string | undefined {
  const finding: Finding = {
    fault: "argument-unknown",
    severity: "cause",
    object: { kind: "Deployment", namespace: "maps", name: "geocode" },
    field: [],
    value: bad,
    says: "",
    evidence: [],
    candidates: [],
  };
  return argumentStays(container(...before), container(...after), finding, repositoryText);
}

const before = ["serve", "--port=8080", "--cache-size=50"];

test("a renamed option keeps its value, in one word or two, in any place", () => {
  assert.equal(judge("--cache-size=50", before, ["serve", "--port=8080", "--cache-entries=50"]), undefined);
  assert.equal(judge("--cache-size=50", before, ["serve", "--cache-entries", "50", "--port=8080"]), undefined);
  assert.equal(judge("--cache-size", ["--port=1", "--cache-size", "50"], ["--port=1", "--cache-entries", "50"]), undefined);
});

test("a value that is lost, a word that was no trouble, and an option that nobody names are told", () => {
  assert.match(judge("--cache-size=50", before, before) ?? "", /is the same/);
  assert.match(judge("--cache-size=50", before, [...before, "--verbose"]) ?? "", /still started with/);
  assert.match(judge("--cache-size=50", before, ["serve", "--port=8080"]) ?? "", /no option is given "50"/);
  assert.match(judge("--cache-size=50", before, ["serve", "--port=8080", "--cache-entries=5"]) ?? "", /no option is given "50"/);
  assert.match(judge("--cache-size=50", before, ["--port=8080", "--cache-entries=50"]) ?? "", /loses "serve"/);
  assert.match(judge("--cache-size=50", before, ["serve", "--port=8080", "--cache-limit=50"]) ?? "", /names the option "cache-limit"/);
});

test("a text that knows none of the options there is not the program's, and forbids nothing", () => {
  assert.equal(judge("--cache-size=50", before, ["serve", "--port=8080", "--cache-limit=50"], "manifests of a database"), undefined);
  assert.equal(judge("--cache-size=50", before, ["serve", "--port=8080", "--cache-limit=50"], ""), undefined);
});
