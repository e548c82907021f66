import assert from "node:assert/strict";
import { test } from "node:test";
import { rememberCounts } from "./remember-counts.ts";

function asked(capacity: number) {
  const seen: (readonly string[])[] = [];
  const count = rememberCounts<string>(
    (texts) => {
      seen.push(texts);
      return Promise.resolve(texts.map((text) => text.length));
    },
    (text) => text,
    capacity,
  );
  return { seen, count };
}

test("each text is asked for once, long ones too, in the order given", async () => {
  const { seen, count } = asked(10);
  const long = "x".repeat(1000);
  assert.deepEqual(await count(["ab", long, "ab", "c"]), [2, 1000, 2, 1]);
  assert.deepEqual(await count(["c", "dddd", long]), [1, 4, 1000]);
  assert.deepEqual(seen, [["ab", long, "c"], ["dddd"]]);
  await count(["ab", "c"]);
  assert.equal(seen.length, 2);
});

test("what was used longest ago is forgotten first, and counted again", async () => {
  const { seen, count } = asked(2);
  await count(["a", "b"]);
  await count(["a"]);
  await count(["c"]);
  assert.deepEqual(await count(["a", "b"]), [1, 1]);
  assert.deepEqual(seen, [["a", "b"], ["c"], ["b"]]);
});

test("a count that failed is not remembered", async () => {
  let fails = true;
  const count = rememberCounts<string>(
    (texts) => (fails ? Promise.reject(new Error("engine lost")) : Promise.resolve(texts.map(() => 7))),
    (text) => text,
    10,
  );
  await assert.rejects(count(["a"]), /engine lost/);
  fails = false;
  assert.deepEqual(await count(["a"]), [7]);
});
