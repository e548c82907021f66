import assert from "node:assert/strict";
import { test } from "node:test";
import { metricsOf } from "../src/metrics.js";

test("what waits and what runs is told apart", () => {
  assert.match(metricsOf({ waiting: 7, running: 2 }), /^renderer_jobs_queued 7$/m);
  assert.match(metricsOf({ waiting: 7, running: 2 }), /^renderer_jobs_active 2$/m);
});
