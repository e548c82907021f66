import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { fill, parseTemplate } from "../lib/template.js";

test("every template has a subject", () => {
  const folder = new URL("../templates/", import.meta.url);
  for (const name of readdirSync(folder)) assert.ok(parseTemplate(readFileSync(new URL(name, folder), "utf8")).subject.length > 5);
});

test("values go in their places, and all have to be there", () => {
  assert.equal(fill("Hello {{name}}", { name: "Ada" }), "Hello Ada");
  assert.throws(() => fill("{{link}}", {}), /no link/);
});
