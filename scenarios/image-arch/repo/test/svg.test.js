import assert from "node:assert/strict";
import { test } from "node:test";
import { render } from "../src/svg.js";

const size = { width: 100, height: 50 };

test("layers from the back to the front", () => {
  const svg = render({ ...size, layers: [{ kind: "box", width: 10, height: 5 }, { kind: "text", text: "a < b", turn: 90 }] });
  assert.match(svg, /<rect [^>]+\/><text [^>]*rotate\(90 0 0\)[^>]*>a &lt; b<\/text>/);
});

test("corners are round, as far as the box allows", () => {
  const box = (corner) => render({ ...size, layers: [{ kind: "box", width: 10, height: 4, corner }] });
  assert.match(box(1), / rx="1" /);
  assert.match(box(9), / rx="2" /);
  assert.doesNotMatch(box(0), / rx=/);
});

test("what cannot be drawn is refused; nothing is drawn of nothing", () => {
  assert.equal(render(size), '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="50"></svg>');
  assert.throws(() => render({ width: 100 }), RangeError);
  assert.throws(() => render({ ...size, layers: [{ kind: "cube" }] }), /no kind cube/);
});
