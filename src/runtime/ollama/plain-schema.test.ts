import assert from "node:assert/strict";
import { test } from "node:test";
import { plainSchema } from "./plain-schema.ts";

const any = { type: ["object", "array", "string", "number", "boolean", "null"] };

test("members keep the order in which the model is to write them, the required ones first", () => {
  const plain = plainSchema({
    $schema: "http://json-schema.org/draft-07/schema#",
    type: "object",
    properties: { timeout: { type: "integer", minimum: 1 }, command: { type: "string", description: "x", minLength: 1, pattern: "^a" } },
    required: ["command"],
    additionalProperties: true,
  });
  assert.deepEqual(plain, {
    type: "object",
    properties: { command: { type: "string", minLength: 1 }, timeout: { type: "integer", minimum: 1 } },
    required: ["command"],
    additionalProperties: false,
  });
  assert.deepEqual(Object.keys(plain["properties"] as object), ["command", "timeout"]);
});

test("references are written out, and one that leads back to itself ends", () => {
  const plain = plainSchema({
    type: "object",
    properties: { tree: { $ref: "#/$defs/node" }, gone: { $ref: "other.json" } },
    $defs: { node: { type: "object", properties: { of: { type: "array", items: { $ref: "#/$defs/node" } } } } },
  });
  const text = JSON.stringify(plain);
  assert.ok(!text.includes("$ref"));
  assert.ok(text.length < 5000);
  assert.deepEqual((plain["properties"] as Record<string, unknown>)["gone"], any);

  const self = { $ref: "#/$defs/node" };
  const wide = plainSchema({
    ...self,
    type: "object",
    $defs: { node: { type: "object", properties: { a: self, b: self, c: self, d: self, e: self } } },
  });
  assert.ok(JSON.stringify(wide).length < 200_000);
});

test("choices stay choices; what the converter cannot say is any value", () => {
  const { properties } = plainSchema({
    type: "object",
    properties: {
      a: { enum: ["x", 1] },
      b: { anyOf: [{ type: "string" }, { type: "null" }] },
      c: { type: ["integer", "null"], maximum: 5 },
      d: { not: { type: "string" } },
      e: { type: "array", items: true, maxItems: 3 },
      f: { type: "object", additionalProperties: { type: "string" } },
      g: { type: "array", prefixItems: [{ type: "string" }, { const: 2 }], items: false },
    },
  });
  assert.deepEqual(properties, {
    a: { enum: ["x", 1] },
    b: { anyOf: [{ type: "string" }, { type: "null" }] },
    c: { anyOf: [{ type: "integer", maximum: 5 }, { type: "null" }] },
    d: any,
    e: { type: "array", items: any, maxItems: 3 },
    f: { type: "object", additionalProperties: { type: "string" } },
    g: { type: "array", prefixItems: [{ type: "string" }, { const: 2 }] },
  });
});

test("arguments are an object, whatever the schema leaves out", () => {
  assert.deepEqual(plainSchema({}), { type: "object" });
  assert.deepEqual(plainSchema({ type: "object", properties: {}, additionalProperties: false }), {
    type: "object",
    properties: {},
    additionalProperties: false,
  });
});
