import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAuthority } from "./authority.ts";

test("host names with an optional port", () => {
  assert.deepEqual(parseAuthority("Kube.Internal."), { host: "kube.internal", port: undefined });
  assert.deepEqual(parseAuthority("kube.internal:443"), { host: "kube.internal", port: 443 });
});

test("everything else is nothing", () => {
  for (const text of ["", ":80", "a:", "a:0", "a:70000", "[::1]:80", "user@host", "a b", "a\u0000b", "-a", "a/b", "x".repeat(300)])
    assert.equal(parseAuthority(text), undefined, JSON.stringify(text));
});
