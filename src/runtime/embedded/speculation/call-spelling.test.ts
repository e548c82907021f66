import assert from "node:assert/strict";
import { test } from "node:test";
import { callSpelling } from "./call-spelling.ts";

test("line ends and quotes are escaped as within a JSON string", () => {
  assert.equal(callSpelling('a: "b"\n\tc: d\\e\n'), String.raw`a: \"b\"\n\tc: d\\e\n`);
});

test("the line numbers of either client are left out, numbers within a line stay", () => {
  assert.equal(callSpelling("     1→spec:\n    12\t  replicas: 2\n99→end"), String.raw`spec:\n  replicas: 2\nend`);
  assert.equal(callSpelling("port 8080→8081"), "port 8080→8081");
});

test("characters outside ASCII stay as they are", () => {
  assert.equal(callSpelling("naïve 🌊 ≥"), "naïve 🌊 ≥");
});
