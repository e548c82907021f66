import assert from "node:assert/strict";
import { test } from "node:test";
import { fold } from "../src/lookup.js";

test("case does not matter", () => assert.equal(fold(" Ulm"), fold("ULM")));
