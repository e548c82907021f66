import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { PlaceIndex, announce, plain } from "../src/place-index.js";

const sample = readFileSync(new URL("../data/places.tsv", import.meta.url), "utf8").split("\n");

async function readSample() {
  const index = new PlaceIndex();
  for await (const _ of index.read(sample)) assert.fail("so few places are read in one go");
  return index;
}

test("places by the beginning of their names, accents or not", async () => {
  const index = await readSample();
  const names = (text) => index.find(text).map(({ name }) => name);
  assert.deepEqual(names("lisb"), ["Lisbon", "Lisburn"]);
  assert.deepEqual(names("lod"), ["Łódź"]);
  assert.deepEqual(names("sao"), ["São Paulo"]);
  assert.deepEqual(names("x"), []);
  assert.equal(index.find("l", 2).length, 2);
});

test("an index says what it holds", () => {
  assert.deepEqual(announce("# places 5900000"), { count: 5_900_000, seconds: 10 });
  assert.throws(() => announce("Lisbon\t38\t-9"), /how many places/);
  assert.equal(plain("Ångström"), "angstrom");
});
