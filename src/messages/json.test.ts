import assert from "node:assert/strict";
import { test } from "node:test";
import { parseJson, sameJson } from "./json.ts";

test("the same JSON has the same values under the same names in the same order", () => {
  const text = '{"a":[1,{"b":null,"c":"x"}],"d":true}';
  assert.ok(sameJson(parseJson(text), parseJson(text)));
  for (const other of [
    '{"d":true,"a":[1,{"b":null,"c":"x"}]}',
    '{"a":[1,{"b":null,"c":"x"}],"d":false}',
    '{"a":[1,{"b":null,"c":"x"}],"d":true,"e":0}',
    '{"a":[1,{"b":null}],"d":true}',
    '{"a":{"0":1,"1":{"b":null,"c":"x"}},"d":true}',
    "null",
    '"a"',
  ])
    assert.equal(sameJson(parseJson(text), parseJson(other)), false, other);
});

test("a body is read with its byte order mark taken off, and refused where it is no UTF-8, also in the middle of a buffer", () => {
  const text = '{"text":"größer 👩‍🚒"}';
  const padded = Buffer.concat([Buffer.from([0xff]), Buffer.from(`\uFEFF${text}`), Buffer.from([0xff])]);
  assert.deepEqual(parseJson(padded.subarray(1, -1)), JSON.parse(text));
  assert.throws(() => parseJson(padded.subarray(1)), /not valid UTF-8/);
  for (let cut = 1; cut < 4; cut++) assert.throws(() => parseJson(Buffer.from('{"a":"👩').subarray(0, -cut)), /not valid UTF-8/);
});
