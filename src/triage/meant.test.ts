import assert from "node:assert/strict";
import { test } from "node:test";
import type { Finding } from "./finding.ts";
import { namesWord, whyNotMeant, whyNotNearest } from "./meant.ts";

const finding = (value: string, ...candidates: string[]): Finding => ({
  fault: "reference-missing",
  severity: "cause",
  object: { kind: "Deployment", namespace: "shop", name: "web" },
  field: ["spec"],
  value,
  says: "",
  evidence: [],
  candidates: candidates.map((one) => ({ value: one, why: "it exists" })),
});

test("a value is meant when something shows it: the cluster's candidates, or else the repository's own words", () => {
  assert.equal(whyNotMeant(finding("web-confg", "web-config"), "web-config", ""), undefined);
  assert.match(whyNotMeant(finding("web-confg", "web-config"), "other", "other") ?? "", /nothing shows that "other" is meant/);
  assert.equal(whyNotMeant(finding("web-confg"), "settings", "uses settings"), undefined);
  assert.match(whyNotMeant(finding("web-confg"), "settings", "") ?? "", /nothing in the cluster or the repository shows/);
});

test("of several names near a misspelt one the nearest is meant", () => {
  const near = finding("checkout-db", "checkout-dbs", "checkout-cache");
  assert.equal(whyNotNearest(near, "checkout-dbs", ""), undefined);
  assert.match(whyNotNearest(near, "checkout-cache", "") ?? "", /"checkout-dbs" comes as near to what was written, or nearer/);
});

test("of two equally near the repository's is meant; a nearer one that it names as well still goes before", () => {
  const equal = finding("web-a", "web-b", "web-c");
  assert.match(whyNotNearest(equal, "web-b", "") ?? "", /"web-c" comes as near/);
  assert.equal(whyNotNearest(equal, "web-b", "see web-b"), undefined);
  const uneven = finding("web-a", "web-b", "web-long");
  assert.match(whyNotNearest(uneven, "web-long", "web-b and web-long") ?? "", /"web-b" comes as near/);
  assert.equal(whyNotNearest(uneven, "web-long", "web-long alone"), undefined);
});

test("a word is a word of its own, dashes belonging to it behind", () => {
  const told: [string, string, boolean][] = [
    ["uses web-config.", "web-config", true],
    ["uses web-config-old", "web-config", false],
    ["my-web-config", "web-config", true],
    ["xweb-config", "web-config", false],
    ["web-config-old then web-config", "web-config", true],
    ["anything", "", false],
  ];
  for (const [text, word, is] of told) assert.equal(namesWord(text, word), is, `${word} in ${text}`);
});
