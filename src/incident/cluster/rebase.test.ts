import assert from "node:assert/strict";
import { test } from "node:test";
import { parseInstant, rebaseInstant, rebaseLogText, rebaseObject, rebaseOffset } from "./rebase.ts";

const day = 86_400_000;

test("an instant keeps its fraction and its zone", () => {
  assert.equal(rebaseInstant("2026-03-04T12:00:00Z", day), "2026-03-05T12:00:00Z");
  assert.equal(rebaseInstant("2026-12-31T23:59:59.123456789Z", 1_000), "2027-01-01T00:00:00.123456789Z");
  assert.equal(rebaseInstant("2026-03-04T12:00:00+01:00", day), "2026-03-05T12:00:00+01:00");
  assert.equal(rebaseInstant("2026-03-04T12:00:00.5-07:30", -day), "2026-03-03T12:00:00.5-07:30");
});

test("what is not an instant stays as it is", () => {
  for (const text of ["", "2026-03-04", "12:00", "at 2026-03-04T12:00:00Z", "2026-03-04T12:00:00", "2026-99-99T99:99:99Z"]) {
    assert.equal(rebaseInstant(text, day), text);
    assert.equal(parseInstant(text), undefined);
  }
});

test("the offset is whole seconds and never sets a time after now", () => {
  const recordedAt = Date.parse("2026-03-04T12:00:00Z");
  assert.equal(rebaseOffset(recordedAt, recordedAt + 1_999), 1_000);
  assert.equal(rebaseOffset(recordedAt, recordedAt - 1), -1_000);
});

test("every timestamp of an object moves, what a user wrote does not", () => {
  const at = "2026-03-04T12:00:00Z";
  const moved = "2026-03-05T12:00:00Z";
  const container = { command: [at], args: [at], env: [{ name: "T", value: at }] };
  const object = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "a", uid: "u", creationTimestamp: at, annotations: { restartedAt: at }, managedFields: [{ time: at }] },
    spec: { containers: [container] },
    status: { conditions: [{ lastTransitionTime: at, message: at }] },
    data: { at },
  };
  assert.deepEqual(rebaseObject(object, day), {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "a", uid: "u", creationTimestamp: moved, annotations: { restartedAt: moved }, managedFields: [{ time: moved }] },
    spec: { containers: [container] },
    status: { conditions: [{ lastTransitionTime: moved, message: at }] },
    data: { at },
  });
});

test("in a log line only the moment of writing moves", () => {
  const written = Date.parse("2026-03-04T12:00:00Z");
  const line =
    'ts=2026-03-04T11:59:59.9Z {"t":"2026-03-04T12:00:01Z"} until=2026-04-01T00:00:00Z born 2019-05-06T07:08:09Z x2026-03-04T12:00:00Zy';
  assert.equal(
    rebaseLogText(line, written, day),
    'ts=2026-03-05T11:59:59.9Z {"t":"2026-03-05T12:00:01Z"} until=2026-04-01T00:00:00Z born 2019-05-06T07:08:09Z x2026-03-04T12:00:00Zy',
  );
});
