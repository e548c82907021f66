import assert from "node:assert/strict";
import { test } from "node:test";
import { fold, Lookup } from "../src/lookup.js";

test("spellings that mean the same", () => assert.equal(fold("  New  York "), fold("new york")));

test("only so many answers are kept", () => {
  const lookup = new Lookup([{ name: "Ulm" }, { name: "Köln" }], { entries: 2 });
  for (const name of ["Ulm", "köln", "Bonn"]) lookup.find(name);
  assert.equal(lookup.kept, 2);
  assert.equal(lookup.find("köln").name, "Köln");
});
