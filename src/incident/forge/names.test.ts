import assert from "node:assert/strict";
import { test } from "node:test";

import { CloisterError } from "../../error.ts";
import { isBranchName, isName, requireName } from "./names.ts";

test("a name is one plain path segment", () => {
  for (const name of ["acme", "a", "payments-2", "a.b_c", "A1"]) assert.equal(isName(name), true, name);
  for (const name of ["", ".", "..", ".git", "a..b", "a/b", "a\\b", "-x", "a.git", "a.lock", "a ", "a\n", "é", "a%2f", "x".repeat(101)])
    assert.equal(isName(name), false, JSON.stringify(name));
});

test("a branch's name is never an expression or an option of git", () => {
  for (const name of ["main", "agent/fix-1", "fix_<b>", "v1.2", "fix@home"]) assert.equal(isBranchName(name), true, name);
  for (const name of [
    "",
    "-x",
    "/x",
    "x/",
    "a//b",
    "a..b",
    "main~1",
    "main^",
    "main^{commit}",
    "a:b",
    "a b",
    "a\tb",
    "@",
    "@{u}",
    "x@{1}",
    "*",
    "?",
    "[a]",
    "a\\b",
    ".x",
    "a/.b",
    "x.lock",
    "x.lock/y",
    "x.",
    "x".repeat(201),
  ])
    assert.equal(isBranchName(name), false, JSON.stringify(name));
});

test("a wrong name is refused with its field", () => {
  assert.throws(
    () => requireName("../etc", "owner"),
    (error) => error instanceof CloisterError && error.code === "bad-request" && error.field === "owner",
  );
});
