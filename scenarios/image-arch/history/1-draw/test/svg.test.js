import assert from "node:assert/strict";
import { test } from "node:test";
import { render } from "../src/svg.js";

const size = { width: 100, height: 50 };

test("layers from the back to the front", () => {
  const svg = render({ ...size, layers: [{ kind: "box", width: 10, height: 5 }, { kind: "text", text: "a < b", turn: 90 }] });
  assert.match(svg, /<rect [^>]+\/><text [^>]*rotate\(90 0 0\)[^>]*>a &lt; b<\/text>/);
});

test("what cannot be drawn is refused", () => {
  assert.throws(() => render({ width: 100, layers: [] }), RangeError);
  assert.throws(() => render({ ...size, layers: [{ kind: "cube" }] }), /no kind cube/);
});
