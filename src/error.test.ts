import assert from "node:assert/strict";
import { test } from "node:test";
import { asCloisterError, CloisterError, exitStatus } from "./error.ts";

test("a failure never has the status of an answer", () => {
  assert.equal(exitStatus("not-closed"), 1);
  for (const code of ["unreachable", "damaged", "timeout", "unauthorized", "internal", "no-space"] as const)
    assert.equal(exitStatus(code), 4, code);
  assert.deepEqual([exitStatus("usage"), exitStatus("missing"), exitStatus("not-found"), exitStatus("cancelled")], [2, 3, 3, 130]);
});

test("what the system refuses is said with the place and what to do, in no words of its own", () => {
  const refused = (code: string) => Object.assign(new Error(`${code}: x, mkdir '/a/b'`), { code, path: "/a/b", syscall: "mkdir" });
  for (const code of ["EACCES", "EROFS", "ENOTDIR", "EPERM"]) {
    const error = asCloisterError(refused(code));
    assert.match(error.message, /^\/a\/b cannot be used: /, code);
    assert.match(error.hint ?? "", /CLOISTER_HOME/);
  }
  assert.equal(asCloisterError(refused("ENOSPC")).code, "no-space");
  const ours = new CloisterError("usage", "No.");
  assert.equal(asCloisterError(ours), ours);
  assert.equal(asCloisterError("text").message, "text");
});
