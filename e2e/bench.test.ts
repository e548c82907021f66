import assert from "node:assert/strict";
import { Agent } from "node:http";
import { delimiter } from "node:path";
import { test } from "node:test";
import { startProgram } from "../bench/child-program.ts";
import { callMessages } from "../bench/messages-call.ts";
import { recordSession } from "../bench/record-session.ts";
import { bytesOf } from "../bench/recording.ts";
import { syntheticRequest } from "../bench/synthetic-request.ts";
import { cliContext } from "../src/cli/context.ts";
import { CloisterError } from "../src/error.ts";

/** The parts of the bench that need no model: the recording of the real client, and what stands in for one. */

for (const program of ["stub-server.js", "gateway-server.js"]) {
  test(`${program} streams as many words as are asked for, and stops when it is told to`, async (t) => {
    const child = await startProgram(program, t.signal);
    const agent = new Agent({ keepAlive: true });
    const target = { url: `http://127.0.0.1:${String(child.hello["port"])}`, token: String(child.hello["token"]), agent, signal: t.signal };
    try {
      for (const words of [3, 50]) {
        const answer = await callMessages(target, { ...syntheticRequest(98_304, words), max_tokens: words });
        assert.equal(answer.error, undefined);
        assert.equal(answer.text, " word".repeat(words));
        assert.equal(answer.stopReason, "end_turn");
      }
    } finally {
      agent.destroy();
      await child.close();
    }
    await assert.rejects(callMessages(target, syntheticRequest(2000, 1)));
  });
}

test("the recipe is what the real client sends with its default settings: 96 KB, 22 tools, the whole conversation in every turn", async (t) => {
  const context = cliContext(t.signal);
  // The newest kubectl of those that the tests are given; without one, whichever is on PATH.
  const given = (process.env["CLOISTER_TEST_KUBECTL"] ?? "")
    .split(":")
    .at(-1)
    ?.replace(/\/kubectl$/, "");
  const env = { ...context.env, PATH: [given, context.env["PATH"]].filter((folder) => (folder ?? "") !== "").join(delimiter) };
  try {
    const { requests, client } = await recordSession({ ...context, env }, "recipe", { client: "2.1.84", scenario: "oom-kill" });
    assert.equal(client, "2.1.84");
    assert.equal(requests.length, 8);
    const [first = {}] = requests;
    assert.ok(bytesOf(first) > 90_000, `${bytesOf(first)} bytes`);
    assert.ok((first["tools"] as unknown[]).length >= 22);
    const lengths = requests.map((request) => (request["messages"] as unknown[]).length);
    assert.deepEqual(
      lengths,
      lengths.toSorted((a, b) => a - b),
    );
    assert.match(JSON.stringify(requests.at(-1)), /forge\.internal\/acme\/payments\/pull\//);
  } catch (thrown) {
    if (!(thrown instanceof CloisterError) || thrown.code !== "missing") throw thrown;
    t.skip(thrown.message);
  }
});
