import assert from "node:assert/strict";
import { test } from "node:test";
import { fill } from "../lib/template.js";

test("values go in their places", () => assert.equal(fill("Hello {{name}}", { name: "Ada" }), "Hello Ada"));
