import assert from "node:assert/strict";
import { test } from "node:test";
import { metricsOf } from "../src/metrics.js";

test("what waits and what runs is told apart", () => {
  const text = metricsOf({ waiting: 7, running: 2 }, 40);
  for (const line of ["renderer_jobs_waiting 7", "renderer_jobs_running 2", "renderer_documents_total 40"])
    assert.ok(text.split("\n").includes(line), line);
});
