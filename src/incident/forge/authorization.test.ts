import assert from "node:assert/strict";
import { test } from "node:test";

import { carriesToken } from "./authorization.ts";

const token = "gho_secret";
const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
const carries = (authorization?: string) =>
  carriesToken(new Request("http://forge.internal/", authorization === undefined ? {} : { headers: { authorization } }), token);

test("the token is taken as git, gh and curl send it", () => {
  for (const header of [
    `token ${token}`,
    `Bearer ${token}`,
    `bearer ${token}`,
    basic(`x-access-token:${token}`),
    basic(`anyone:${token}`),
    basic(`${token}:`),
    basic(`${token}:x-oauth-basic`),
  ])
    assert.equal(carries(header), true, header);
});

test("anything else is not the token", () => {
  for (const header of [
    undefined,
    "",
    "token",
    "token wrong",
    `Digest ${token}`,
    token,
    basic("x-access-token:wrong"),
    basic(token),
    basic(`${token}:wrong`),
    basic(":"),
    "Basic !!!",
    `token ${token}x`,
  ])
    assert.equal(carries(header), false, String(header));
});
