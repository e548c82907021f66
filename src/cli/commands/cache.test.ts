import assert from "node:assert/strict";
import { test } from "node:test";
import type { Manifest } from "../../runtime/embedded/state/manifest.ts";
import { formatAge, showStates } from "./cache.ts";

const manifest: Manifest = {
  format: 1,
  what: "base",
  model: "smollm2-135m",
  identity: { modelDigest: "d", template: "t", engine: "e", settings: "s" },
  file: "base-0.state",
  bytes: 26_000_000,
  sha256: "0".repeat(64),
  tokens: 2121,
  tokensDigest: "0".repeat(32),
  answers: [],
};

test("states are shown as people read them, the one used last first", () => {
  const paths = { manifestPath: "/s/a.json", statePath: "/s/a.state" };
  const older = { manifest, ...paths, usedAt: 0 };
  const newer = { manifest: { ...manifest, what: "conversation", tokens: 31 } as const, ...paths, usedAt: 7_000_000 };
  const text = showStates({ states: [older, newer], bytes: 52_000_600, leftovers: [], unreadable: [] }, "/s", 7_200_000);
  assert.equal(
    text,
    `WHAT              MODEL         TOKENS  SIZE     LAST USED
a conversation    smollm2-135m  31      26.0 MB  3 min ago
system and tools  smollm2-135m  2,121   26.0 MB  2 h ago

2 states, 52.0 MB, in /s
`,
  );
});

test("an empty store says so, and what belongs to no state is mentioned", () => {
  const none = { states: [], bytes: 0, leftovers: [], unreadable: [] };
  assert.equal(showStates(none, "/s", 0), "Nothing is stored in /s.\n");
  const odd = { ...none, leftovers: [{ path: "/s/x.tmp", changedAt: 0 }] };
  assert.match(showStates(odd, "/s", 0), /^Nothing is stored in \/s\.\n1 file belongs to no state; cloister cache clear/);
  assert.equal(formatAge(-5), "just now");
  assert.equal(formatAge(3 * 86_400_000), "3 days ago");
});
