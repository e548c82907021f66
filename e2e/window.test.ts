import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { addUp, commandGuide, type DrivenTurn, driveSession, madeUpResults } from "../bench/drive-session.ts";
import { readGguf } from "../src/model/gguf.ts";
import { chooseTemplate } from "../src/prompt/template.ts";
import { createEmbeddedRuntime } from "../src/runtime/embedded/embedded.ts";
import type { Runtime } from "../src/runtime/runtime.ts";
import { serveGateway, type Served, token } from "./gateway-fixture.ts";

const home = process.env["CLOISTER_HOME"] ?? join(process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share"), "cloister");
const modelName = "smollm2-135m";
const modelPath = join(home, "models", `${modelName}.gguf`);
const window = 6144;
const calls = 31;

async function withModel(t: TestContext, work: (runtime: Runtime) => Promise<void>): Promise<void> {
  if (!existsSync(modelPath)) return t.skip(`no model at ${modelPath}; cloister model pull ${modelName}`);
  const { chatTemplate } = await readGguf(modelPath);
  const template = chooseTemplate({ chatTemplate, bosToken: undefined, eosToken: undefined, modelName });
  const runtime = await createEmbeddedRuntime({ modelPath, modelName, window, template, env: process.env });
  try {
    await work(runtime);
  } finally {
    await runtime.close();
  }
}

const post =
  (served: Served) =>
  async (route: string, body: object): Promise<unknown> => {
    const response = await fetch(`${served.listening.url}${route}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    const answer: unknown = await response.json();
    assert.equal(response.status, 200, JSON.stringify(answer));
    return answer;
  };

test("31 calls whose results are twice the window: no overflow, and between epochs no token is read twice", async (t) => {
  await withModel(t, async (runtime) => {
    const results = await madeUpResults(calls, 2 * window, runtime);
    const resultTokens = await runtime.countTexts(results.map(({ text }) => text));
    assert.ok(resultTokens.reduce((sum, tokens) => sum + tokens, 0) >= 2 * window);
    // The test closes it, after more than one gateway.
    const shared = { ...runtime, close: () => Promise.resolve() };
    const options = { guide: commandGuide(results), limits: { maxTokens: 256 } };
    const served = await serveGateway(shared, options);
    const turns: DrivenTurn[] = [];
    try {
      for await (const turn of driveSession(results, post(served))) turns.push(turn);
    } finally {
      await served.close();
    }
    assert.equal(turns.length, calls + 1);
    assert.deepEqual(
      served.events.filter((event) => event.type === "failure"),
      [],
    );
    const epochs = served.events.filter((event) => event.type === "cleared");
    assert.ok(epochs.length >= 2 && epochs.every((event) => event.what === "results" && event.tokensAfter < event.tokensBefore));
    const began = new Set(epochs.map((event) => event.turn));
    for (const [index, { counted, prompt, cached }] of turns.entries()) {
      assert.equal(counted, prompt, `turn ${index + 1}: count_tokens and usage agree`);
      assert.ok(prompt <= window - 256, `turn ${index + 1}: ${prompt} tokens`);
      const before = turns[index - 1];
      if (before === undefined) continue;
      // The engine compares tokens: what it kept is the prefix that both prompts have.
      if (began.has(index + 1)) assert.ok(cached < before.prompt, `turn ${index + 1} begins an epoch`);
      else assert.ok(cached >= before.prompt, `turn ${index + 1}: ${cached} of ${before.prompt} tokens were kept`);
    }
    const sum = addUp(turns, resultTokens);
    const share = sum.cached / (sum.sent - sum.fresh);
    t.diagnostic(`${epochs.length} epochs; ${JSON.stringify(sum)}; ${(share * 100).toFixed(1)} % of what was sent before came from state`);
    assert.ok(share >= 0.85, `${share}`);

    // Another gateway, as after a restart, comes to the same prompt for the last request: nothing but its end is evaluated.
    const last = served.bodies.at(-1) ?? "";
    const again = await serveGateway(shared, options);
    try {
      const { usage } = (await post(again)("/v1/messages", JSON.parse(last) as object)) as {
        usage: { input_tokens: number; cache_read_input_tokens: number };
      };
      const [before] = turns.slice(-1);
      assert.equal(usage.input_tokens + usage.cache_read_input_tokens, before?.prompt);
      assert.ok(usage.input_tokens < 16, `${usage.input_tokens} tokens were evaluated again`);
    } finally {
      await again.close();
    }
  });
});

test("a result over its share is cut in the middle, told, and stays as it was cut", async (t) => {
  await withModel(t, async (runtime) => {
    const [long, short] = [...(await madeUpResults(1, 2500, runtime)), ...(await madeUpResults(1, 60, runtime))];
    assert.ok(long && short);
    const served = await serveGateway(
      { ...runtime, close: () => Promise.resolve() },
      { guide: commandGuide([long, short]), limits: { maxTokens: 256 } },
    );
    const turns: DrivenTurn[] = [];
    try {
      for await (const turn of driveSession([long, short], post(served))) turns.push(turn);
    } finally {
      await served.close();
    }
    const [first, second, third] = turns;
    assert.ok(first && second && third);
    assert.ok(second.prompt < first.prompt + window / 4 + 200, "the result takes a quarter of the window");
    assert.ok(third.cached >= second.prompt, "the same cut as before");
    const cuts = served.events.filter((event) => event.type === "cleared");
    assert.equal(cuts.length, 1);
    assert.ok(cuts[0]?.what === "middle" && cuts[0].tokensBefore >= 2500 && cuts[0].tokensAfter <= window / 4);
  });
});

test("where nothing is left to clear, the client is told in the words that it knows", async (t) => {
  await withModel(t, async (runtime) => {
    const [question] = await madeUpResults(1, 7000, runtime);
    const served = await serveGateway({ ...runtime, close: () => Promise.resolve() });
    try {
      const response = await fetch(`${served.listening.url}/v1/messages`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify({ model: "any", max_tokens: 64, messages: [{ role: "user", content: question?.text }] }),
      });
      const { error } = (await response.json()) as { error: { type: string; message: string } };
      assert.equal(response.status, 400);
      assert.match(error.message, /^prompt is too long: \d+ tokens > \d+ maximum/);
    } finally {
      await served.close();
    }
  });
});
