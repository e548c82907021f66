import assert from "node:assert/strict";
import { test } from "node:test";
import { callSpellings } from "./call-spelling.ts";

test("line ends and quotes are escaped as within a JSON string", () => {
  assert.deepEqual(callSpellings('a: "b"\n\tc: d\\e\n'), [String.raw`a: \"b\"\n\tc: d\\e\n`]);
});

test("with the line numbers of either client there is a spelling without them too; numbers within a line stay", () => {
  const read = "     1→spec:\n    12\t  replicas: 2\n99→end";
  assert.deepEqual(callSpellings(read), [JSON.stringify(read).slice(1, -1), String.raw`spec:\n  replicas: 2\nend`]);
  assert.deepEqual(callSpellings("port 8080→8081"), ["port 8080→8081"]);
});

test("characters outside ASCII stay as they are", () => {
  assert.deepEqual(callSpellings("naïve 🌊 ≥"), ["naïve 🌊 ≥"]);
});
