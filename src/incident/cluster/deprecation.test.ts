import assert from "node:assert/strict";
import { test } from "node:test";
import { deprecationWarning } from "./deprecation.ts";

test("a server warns of a kind from the version on in which it was deprecated", () => {
  const words = '299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"';
  assert.equal(deprecationWarning("/v1/endpoints", "v1.34.3"), words);
  assert.equal(deprecationWarning("/v1/endpoints", "v1.33.0-gke.12"), words);
  assert.equal(deprecationWarning("/v1/endpoints", "v1.31.4"), undefined);
  assert.equal(deprecationWarning("/v1/pods", "v1.34.3"), undefined);
});
