import assert from "node:assert/strict";
import { test } from "node:test";
import { addUp, commandGuide, type DrivenTurn, driveSession, madeUpResults } from "../bench/drive-session.ts";
import { dietOf } from "../src/prompt/diet.ts";
import type { Prompt } from "../src/prompt/prompt.ts";
import type { SessionEvent } from "../src/record/events.ts";
import type { Runtime, RuntimeEvent } from "../src/runtime/runtime.ts";
import { createGateway, type Gateway } from "../src/gateway/gateway.ts";

const window = 4096;
const calls = 31;

/** What a prompt reads like, at four characters a token. */
const spell = ({ system, tools, turns }: Prompt): string => JSON.stringify([system, tools.map(({ name }) => name), turns]);
const tokensOf = (text: string): number => Math.ceil(text.length / 4);

/** Keeps the last prompt, as an engine keeps its state, and calls what the guide leaves it to call. */
function engine(): Runtime {
  let state = "";
  return {
    facts: {
      runtime: "embedded",
      model: "tiny",
      isModel: true,
      window,
      template: "t",
      engine: "e",
      can: { grammar: true, count: true, lanes: true, store: false, progress: true, cacheFigures: true, cancel: true },
    },
    count: (prompt) => Promise.resolve(tokensOf(spell(prompt))),
    countTexts: (texts) => Promise.resolve(texts.map(tokensOf)),
    async *run(prompt): AsyncGenerator<RuntimeEvent> {
      const text = spell(prompt);
      let same = 0;
      while (same < state.length && state[same] === text[same]) same++;
      state = text;
      const promptTokens = tokensOf(text);
      const cachedTokens = Math.floor(same / 4);
      yield { type: "prefill", done: cachedTokens, total: promptTokens, cached: cachedTokens };
      const form = prompt.answer.kind === "forms" ? prompt.answer.forms[0]?.arguments[0]?.value[0] : undefined;
      if (form?.kind === "fixed") yield { type: "call", call: { id: "", name: "Bash", input: { command: form.text } } };
      else yield { type: "text", text: "Done." };
      const timing = { promptTokens, cachedTokens, outputTokens: 10, prefillMs: 1, decodeMs: 1 };
      yield { type: "end", reason: form === undefined ? "end-turn" : "tool-use", timing };
    },
    close: () => Promise.resolve(),
  };
}

const posted =
  (gateway: Gateway) =>
  async (route: string, body: object): Promise<unknown> => {
    const headers = { "x-api-key": "t" };
    const response = await gateway.fetch(new Request(`http://g${route}`, { method: "POST", headers, body: JSON.stringify(body) }));
    const answer: unknown = await response.json();
    assert.equal(response.status, 200, JSON.stringify(answer));
    return answer;
  };

test("a session of twice its window: counts and usage agree, epochs are told once, the rest comes from state", async () => {
  const runtime = engine();
  const results = await madeUpResults(calls, 2 * window, runtime);
  const events: SessionEvent[] = [];
  let ids = 0;
  const gatewayWith = (observe: (event: SessionEvent) => void): Gateway =>
    createGateway({
      runtime,
      token: "t",
      diet: dietOf("incident"),
      guide: commandGuide(results),
      observe,
      now: () => 0,
      newId: () => `${++ids}`,
      limits: { maxTokens: 256 },
    });
  const post = posted(gatewayWith((event) => events.push(event)));
  const turns: DrivenTurn[] = [];
  let last: object = {};
  const resent = async (route: string, body: object): Promise<unknown> => {
    last = body;
    // A client that loses a stream sends the same again: nothing is told twice.
    if (route === "/v1/messages") await post(route, body);
    return await post(route, body);
  };
  for await (const turn of driveSession(results, post)) turns.push(turn);
  const told = events.filter((event) => event.type === "cleared");
  assert.ok(told.length >= 2);
  for (const [index, { counted, prompt, cached }] of turns.entries()) {
    assert.equal(counted, prompt);
    assert.ok(prompt <= window - 256);
    const before = turns[index - 1];
    if (before !== undefined && !told.some(({ turn }) => turn === index + 1)) assert.ok(cached >= before.prompt - 3, `turn ${index + 1}`);
  }
  const sum = addUp(turns, await runtime.countTexts(results.map(({ text }) => text)));
  assert.ok(sum.cached / (sum.sent - sum.fresh) > 0.85, JSON.stringify(sum));

  events.length = 0;
  for await (const turn of driveSession(results, resent)) assert.ok(turn.prompt > 0);
  assert.equal(events.filter((event) => event.type === "cleared").length, 0, "the same session again says nothing new");

  const again = (await posted(gatewayWith(() => {}))("/v1/messages", last)) as { usage: { input_tokens: number } };
  assert.ok(again.usage.input_tokens <= 1, "another gateway comes to the same prompt");
});
