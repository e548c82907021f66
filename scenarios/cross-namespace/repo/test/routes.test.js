import assert from "node:assert/strict";
import { test } from "node:test";
import { serviceFor } from "../src/routes.js";

test("the first part of a path says which service", () => {
  const services = { cart: "http://cart" };
  assert.equal(serviceFor("/cart/items", services), "http://cart");
  assert.equal(serviceFor("/constructor", services), undefined);
  assert.equal(serviceFor("/", services), undefined);
});
