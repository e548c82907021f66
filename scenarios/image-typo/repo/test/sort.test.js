import assert from "node:assert/strict";
import { test } from "node:test";
import { sortTitles } from "../src/sort.js";

const titles = [
  { name: "B", year: 2020, price: 700 },
  { name: "A", year: 2020, price: 700 },
  { name: "D", year: 2024 },
  { name: "C", year: 2018, price: 300 },
];
const names = (order) => sortTitles(titles, order).map(({ name }) => name).join("");

test("each order, ties by name", () => {
  assert.equal(names("name"), "ABCD");
  assert.equal(names("year"), "DABC");
  assert.equal(names("price"), "CABD");
});

test("an order that does not exist is refused with those that do", () => {
  assert.throws(() => names("colour"), /there are name, year, price/);
  assert.throws(() => names("constructor"), RangeError);
});
