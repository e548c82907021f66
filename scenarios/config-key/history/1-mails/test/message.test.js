import assert from "node:assert/strict";
import { test } from "node:test";
import { composeMail, fill } from "../src/message.js";

const mail = { from: "shop@acme.example", replyTo: "desk@acme.example", to: "a@mail.example", subject: "Order 7", text: "Hello\n.hidden" };

test("a mail with its headers; a dot at the beginning of a line is doubled", () => {
  const lines = composeMail(mail, new Date(0)).split("\r\n");
  assert.equal(lines[0], "From: shop@acme.example");
  assert.equal(lines[4], "Date: Thu, 01 Jan 1970 00:00:00 GMT");
  assert.deepEqual(lines.slice(-3), ["Hello", "..hidden", "."]);
});

test("no gap is sent", () => {
  assert.equal(fill("Hello {name}", { name: "Ada" }), "Hello Ada");
  assert.throws(() => fill("Hello {name}", {}), /nothing fills/);
});
