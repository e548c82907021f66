import assert from "node:assert/strict";
import { test } from "node:test";
import { createTokenLookup } from "./token-lookup.ts";

function lookupOf(...tokens: number[]) {
  const lookup = createTokenLookup();
  lookup.push(tokens);
  return lookup;
}

test("what followed the same tokens is found, the longest match first", () => {
  const lookup = lookupOf(9, 1, 2, 3, 50, 51, 0, 8, 1, 2, 3, 60, 61, 0, 9, 1, 2, 3);
  const matches = lookup.matches();
  assert.deepEqual(matches, [
    { length: 4, next: 4 },
    { length: 3, next: 11 },
  ]);
  assert.deepEqual(
    matches.map((match) => lookup.continuation(match, 2)),
    [
      [50, 51],
      [60, 61],
    ],
  );
});

test("among equal matches the most recent comes first", () => {
  assert.deepEqual(
    lookupOf(1, 2, 3, 50, 0, 1, 2, 3, 60, 7, 1, 2, 3)
      .matches()
      .map(({ next }) => next),
    [8, 3],
  );
});

test("a text shorter than a match, and one without repetition, have none", () => {
  assert.deepEqual(lookupOf(1, 2).matches(), []);
  assert.deepEqual(lookupOf(1, 2, 3, 4, 1, 2).matches(), []);
});

test("nothing matches or goes on across a divide", () => {
  const lookup = lookupOf(5, 1, 2, 3, 50);
  lookup.divide();
  lookup.push([51, 1, 2]);
  lookup.push([3]);
  const [match] = lookup.matches();
  assert.ok(match !== undefined);
  assert.deepEqual(lookup.continuation(match, 5), [50]);
  const split = lookupOf(1, 2);
  split.divide();
  split.push([3, 4, 1, 2, 3]);
  assert.deepEqual(split.matches(), []);
});

test("a phrase that repeats itself continues with itself, up to the end of the text", () => {
  const lookup = lookupOf(1, 2, 3, 1, 2, 3, 1, 2, 3);
  const [match] = lookup.matches();
  assert.deepEqual(match, { length: 6, next: 6 });
  assert.deepEqual(lookup.continuation({ length: 6, next: 6 }, 9), [1, 2, 3]);
});
