import assert from "node:assert/strict";
import { test } from "node:test";
import { drawChart } from "./chart.ts";

const chart = {
  title: "Prompt tokens & turns",
  subtitle: "<model>",
  xLabel: "turn",
  yLabel: "tokens",
  series: [
    { name: "cloister", values: [300, 100, 0] },
    { name: "llama-server", values: [22_000, 2000, 2000] },
  ],
};

test("a larger value stands higher, a zero on the lowest line, and each is told in words", () => {
  const svg = drawChart(chart);
  const heights = [...svg.matchAll(/points="([^"]+)"/g)].map((match) =>
    (match[1] ?? "").split(" ").map((point) => Number(point.split(",")[1])),
  );
  const [ours = [], theirs = []] = heights;
  assert.equal(ours.length, 3);
  assert.ok((theirs[0] ?? 0) < (ours[0] ?? 0));
  assert.equal(Math.max(...ours), 352);
  assert.match(svg, /cloister: 300, 100, 0; llama-server: 22000, 2000, 2000/);
  assert.match(svg, /turn 3: 0 \(no model was asked\)/);
});

test("text is escaped, nothing comes from outside, both schemes have colours", () => {
  const svg = drawChart(chart);
  assert.match(svg, /Prompt tokens &amp; turns/);
  assert.match(svg, /&lt;model&gt;/);
  assert.doesNotMatch(svg.replace("http://www.w3.org/2000/svg", ""), /https?:|<script|<image|@import/);
  assert.match(svg, /prefers-color-scheme:dark/);
  assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
});

test("one turn, only zeros, equal values: still a chart", () => {
  for (const values of [[0], [5], [10, 10, 10], [0, 0]])
    assert.doesNotMatch(drawChart({ ...chart, series: [{ name: "a", values }] }), /NaN|Infinity/);
  assert.throws(() => drawChart({ ...chart, series: [] }), RangeError);
});
