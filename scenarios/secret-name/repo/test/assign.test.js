import assert from "node:assert/strict";
import { test } from "node:test";
import { assign, kilometres } from "../src/assign.js";

const at = (lat, lon) => ({ lat, lon });

test("a degree of latitude is about 111 km", () => assert.equal(Math.round(kilometres(at(50, 8), at(51, 8))), 111));

test("the nearest courier with room gets the order", () => {
  const couriers = [
    { id: "near-and-full", at: at(50.1, 8.6), orders: 3, capacity: 3 },
    { id: "far", at: at(50.4, 8.9), orders: 0, capacity: 3 },
    { id: "near", at: at(50.12, 8.62), orders: 1, capacity: 3 },
  ];
  assert.equal(assign({ from: at(50.1, 8.6) }, couriers).id, "near");
  assert.equal(assign({ from: at(50.1, 8.6) }, [couriers[0]]), undefined);
});
