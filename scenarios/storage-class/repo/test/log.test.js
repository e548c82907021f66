import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { EventLog } from "../app/log.js";

function withLog(use) {
  const folder = mkdtempSync(join(tmpdir(), "events-"));
  try {
    use(join(folder, "events.jsonl"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("numbers go on after a restart", () =>
  withLog((path) => {
    const log = new EventLog(path);
    assert.equal(log.append("ordered", { order: 1 }), 0);
    log.close();
    const again = new EventLog(path);
    assert.equal(again.append("paid", { order: 1 }), 1);
    assert.deepEqual(again.from(1).map(({ type }) => type), ["paid"]);
    again.close();
  }));

test("a line that was cut is left out", () =>
  withLog((path) => {
    const log = new EventLog(path);
    log.append("ordered", {});
    appendFileSync(path, '{"number":1,"ty');
    assert.equal(log.from(0).length, 1);
    log.close();
  }));
