import assert from "node:assert/strict";
import { test } from "node:test";
import { barChart, escape } from "../src/chart.js";
import { drawPages } from "../src/pages.js";

test("the largest value has the longest bar", () => {
  const svg = barChart("Sales", [{ label: "a", value: 1 }, { label: "b", value: 2 }]);
  assert.match(svg, /width="220".*width="440"/);
});

test("labels are no markup", () => assert.equal(escape('<a&"b">'), "&lt;a&amp;&quot;b&quot;&gt;"));

test("thirty rows a page, and one page for none", () => {
  const rows = Array.from({ length: 61 }, (_, index) => ({ label: `r${index}`, value: index }));
  assert.equal(drawPages({ title: "t", rows }).length, 3);
  assert.equal(drawPages({ title: "t", rows: [] }).length, 1);
});
