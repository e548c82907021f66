import assert from "node:assert/strict";
import { test } from "node:test";
import { barChart } from "../src/chart.js";

test("the largest value has the longest bar", () => {
  const svg = barChart("Sales", [{ label: "a", value: 1 }, { label: "b", value: 2 }]);
  assert.match(svg, /width="220".*width="440"/);
});
