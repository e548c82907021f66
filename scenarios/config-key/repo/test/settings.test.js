import assert from "node:assert/strict";
import { test } from "node:test";
import { readSettings } from "../src/settings.js";

test("what is missing or wrong is said at once", () => {
  const needed = ["SMTP_HOST", "MAIL_FROM", "MAIL_REPLY_TO"];
  const env = { SMTP_HOST: "relay", MAIL_FROM: "shop@acme.example", MAIL_REPLY_TO: "desk@acme.example" };
  assert.deepEqual(readSettings(env, needed), env);
  assert.throws(() => readSettings({ ...env, MAIL_FROM: "shop", SMTP_HOST: "" }, needed), /SMTP_HOST is missing, MAIL_FROM is no address/);
});
