import assert from "node:assert/strict";
import { test } from "node:test";
import { classify } from "../src/bounces.js";
import { composeDigest } from "../src/digest.js";

test("a digest of a day, and none of a day without news", () => {
  assert.equal(composeDigest([], "a@acme.example", "b@mail.example"), undefined);
  assert.match(composeDigest([{ at: "09:12", what: "order 7 sent" }], "a@acme.example", "b@mail.example"), /Subject: 1 news\r\n[^]*09:12 {2}order 7 sent/);
});

test("what came back", () => {
  const report = (status) => `Final-Recipient: rfc822; gone@mail.example\nStatus: ${status}`;
  assert.deepEqual(classify(report("5.1.1")), { recipient: "gone@mail.example", forGood: true });
  assert.equal(classify(report("4.2.2")).forGood, false);
  assert.equal(classify("hello"), undefined);
});
