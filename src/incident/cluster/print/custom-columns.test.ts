import assert from "node:assert/strict";
import { test } from "node:test";
import type { RecordedObject } from "../recorded-object.ts";
import { definedPrinter, findAll } from "./custom-columns.ts";

const object = {
  apiVersion: "example.org/v1",
  kind: "Database",
  metadata: { name: "main", uid: "u", creationTimestamp: "2026-03-04T11:00:00Z", annotations: { "example.org/owner": "ann" } },
  spec: { size: 3, hosts: ["a", "b"], paused: false },
  status: {
    conditions: [
      { type: "Synced", status: "False" },
      { type: "Ready", status: "True" },
    ],
  },
} as RecordedObject;

test("paths as definitions use them find what they name", () => {
  assert.deepEqual(findAll(object, ".spec.size"), [3]);
  assert.deepEqual(findAll(object, ".spec.hosts[1]"), ["b"]);
  assert.deepEqual(findAll(object, ".spec.hosts[*]"), ["a", "b"]);
  assert.deepEqual(findAll(object, '.status.conditions[?(@.type=="Ready")].status'), ["True"]);
  assert.deepEqual(findAll(object, ".metadata.annotations.example\\.org/owner"), ["ann"]);
  assert.deepEqual(findAll(object, ".metadata.annotations['example\\.org/owner']"), ["ann"]);
});

test("what is not there, or no path of the simple kind, finds nothing", () => {
  for (const path of [".spec.none", ".spec.hosts[7]", ".spec.size.more", "spec.size", ".spec[", ".constructor", ".spec.hosts[?(@ == 1)]"])
    assert.deepEqual(findAll(object, path), [], path);
});

test("a definition's columns are shown as the API server shows them", () => {
  const column = (name: string, type: string, jsonPath: string) => ({ name, type, format: "", description: "", priority: 0, jsonPath });
  const printer = definedPrinter([
    column("Size", "integer", ".spec.size"),
    column("Hosts", "string", ".spec.hosts[*]"),
    column("Paused", "boolean", ".spec.paused"),
    column("Since", "date", ".metadata.creationTimestamp"),
    column("Until", "date", ".spec.until"),
    { ...column("Engine", "string", ".spec.engine"), priority: 1 },
    column("Odd", "integer", ".spec.hosts[0]"),
  ]);
  assert.deepEqual(
    printer.columns.map(({ name, type, priority }) => `${name} ${type} ${priority}`),
    [
      "Name string 0",
      "Size integer 0",
      "Hosts string 0",
      "Paused boolean 0",
      "Since date 0",
      "Until date 0",
      "Engine string 1",
      "Odd integer 0",
    ],
  );
  // Of several values the first one is shown.
  assert.deepEqual(printer.cells(object, Date.parse("2026-03-04T12:00:00Z")), ["main", 3, "a", false, "60m", "<unknown>", "", ""]);
});
