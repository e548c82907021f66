import assert from "node:assert/strict";
import { test } from "node:test";
import { queueAddress } from "../lib/queue.js";

test("an address has a host and a port, 5672 where none is named", () => {
  assert.deepEqual(queueAddress("amqp://queue.example:5673/mail"), { host: "queue.example", port: 5673 });
  assert.deepEqual(queueAddress("amqp://queue.example/mail"), { host: "queue.example", port: 5672 });
  assert.throws(() => queueAddress("http://queue.example"), /no address of a queue/);
});
