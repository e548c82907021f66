import assert from "node:assert/strict";
import { test } from "node:test";
import { sendAll } from "../src/mailer.js";

const quiet = { log: () => {}, wait: async () => {} };

test("a relay that comes back gets every mail", async () => {
  let failures = 2;
  const sent = [];
  const send = async (mail) => {
    if (failures-- > 0) throw new Error("421 try again later");
    sent.push(mail);
  };
  assert.equal(await sendAll(["a", "b"], send, quiet), 2);
  assert.deepEqual(sent, ["a", "b"]);
});

test("a relay that stays away ends it", async () => {
  await assert.rejects(sendAll(["a"], async () => Promise.reject(new Error("421")), quiet), /421/);
});
