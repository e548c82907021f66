import assert from "node:assert/strict";
import { test } from "node:test";
import { computeThreads } from "./compute-threads.ts";

function cpuinfo(processors: readonly (readonly [socket: number, core: number])[]): string {
  return processors
    .map(([socket, core], n) => `processor\t: ${n}\nphysical id\t: ${socket}\ncore id\t\t: ${core}\nflags\t\t: fpu\n`)
    .join("\n");
}

test("two threads of one core count once", () => {
  const text = cpuinfo([
    [0, 0],
    [0, 1],
    [0, 0],
    [0, 1],
  ]);
  assert.equal(computeThreads({ cpuinfo: text, available: 4 }), 2);
});

test("cores with the same number on two sockets are two", () => {
  assert.equal(
    computeThreads({
      cpuinfo: cpuinfo([
        [0, 0],
        [1, 0],
      ]),
      available: 2,
    }),
    2,
  );
});

test("fewer processors or a quota lower it, and it never falls to nothing", () => {
  const text = cpuinfo([
    [0, 0],
    [0, 1],
    [0, 2],
    [0, 3],
  ]);
  assert.equal(computeThreads({ cpuinfo: text, available: 3 }), 3);
  assert.equal(computeThreads({ cpuinfo: text, cpuMax: "250000 100000\n", available: 4 }), 2);
  assert.equal(computeThreads({ cpuinfo: text, cpuMax: "50000 100000\n", available: 4 }), 1);
  assert.equal(computeThreads({ cpuinfo: text, cpuMax: "max 100000\n", available: 4 }), 4);
});

test("a machine that names no cores is counted by its processors", () => {
  assert.equal(computeThreads({ cpuinfo: "processor\t: 0\nBogoMIPS\t: 48.00\n", available: 4 }), 4);
  assert.equal(computeThreads({ available: 8 }), 8);
});
