import assert from "node:assert/strict";
import { test } from "node:test";
import { kilometres } from "../src/assign.js";

test("a degree of latitude is about 111 km", () => assert.equal(Math.round(kilometres({ lat: 50, lon: 8 }, { lat: 51, lon: 8 })), 111));
