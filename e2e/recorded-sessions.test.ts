import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { asksForSummary, createLanes } from "../src/gateway/lanes.ts";
import type { Conversation, JsonObject } from "../src/messages/conversation.ts";
import { agentHeader, parseRequest } from "../src/messages/request.ts";
import { readGguf } from "../src/model/gguf.ts";
import { canonicalise } from "../src/prompt/canonical.ts";
import { applyDiet, dietOf, type DietProfile, dietProfiles } from "../src/prompt/diet.ts";
import { spellAnswer } from "../src/prompt/spelling.ts";
import { harmless, seeded, telling } from "../src/prompt/vary-request.test.data.ts";
import { chooseTemplate, type PromptTemplate, type TemplateSource } from "../src/prompt/template.ts";
import { createEmbeddedRuntime } from "../src/runtime/embedded/embedded.ts";
import type { LaneKind, Runtime } from "../src/runtime/runtime.ts";
import type { SeenRequest } from "./gateway-fixture.ts";
import { absentModel, modelFile } from "./engine-stage.ts";
import { isInstalled, realClients } from "./real-client.ts";
import { sessionKinds } from "./recorded-session-kinds.ts";
import { recordSession, type Recording } from "./recorded-sessions.ts";
import { replayOnEngine } from "./replay-on-engine.ts";

/**
 * For every pair of consecutive requests of a conversation, the first one's prompt and the answer that was given to it are the beginning of the
 * second one's: nothing that was evaluated or said is evaluated again. Where a client changes an answer before it sends it back, the prompt
 * before it still is; the kind says how often.
 *
 * A summary is asked for beside the conversation and never becomes part of it, so it is held against the request before it up to where the
 * answer begins, and the request after it against that one, too. What comes after a successful summary is a new conversation, in a new lane.
 */

interface Rendered {
  readonly lane: string;
  readonly kind: LaneKind;
  readonly text: string;
  /** The prompt without the words that open the answer. */
  readonly asked: string;
  readonly isSummary: boolean;
  /** Undefined where it was stopped, or where the request did not come to the model. */
  readonly answer: string | undefined;
}

interface Figures {
  client: string;
  kind: string;
  requests: number;
  pairs: number;
  kept: number;
  changedAnswers: number;
  summaries: number;
  lanes: Record<LaneKind, number>;
}

/** The smallest that is here: what is measured are tokens. */
const replayModel = "smollm2-135m";
/** Not `full`: twenty thousand tokens of every session would be read. */
const replayProfiles = ["code", "incident"] as const;
const figures: Figures[] = [];
const recorded: { readonly what: string; readonly recording: Recording }[] = [];

for (const client of realClients) {
  for (const kind of sessionKinds) {
    test(`client ${client.version}, ${kind.name}: each prompt begins with the one before it and its answer`, async (t) => {
      if (!isInstalled(client)) return t.skip(`client ${client.version} is not installed`);
      const recording = await recordSession(client, kind);
      recorded.push({ what: `${client.version}, ${kind.name}`, recording });
      assert.ok(
        recording.finished.every(({ status }) => status === 0),
        recording.finished.map(({ output }) => output.slice(-1000)).join("\n"),
      );
      const templates = await realTemplates();
      for (const profile of dietProfiles) {
        for (const template of templates) {
          const rendered = replay(recording, profile, template);
          const seen = judge(rendered, `${client.version}, ${kind.name}, ${profile}, ${template.description}`);
          assert.deepEqual(countLanes(rendered), { main: kind.lanes.main, "sub-agent": kind.lanes.subAgent, side: 0 }, profile);
          assert.equal(seen.changedAnswers, kind.changedAnswers ?? 0, profile);
          if (profile === "code" && template === templates[0]) figures.push({ client: client.version, kind: kind.name, ...seen });
        }
      }
      assert.deepEqual(
        recording.requests.filter(({ status }) => status !== 200).map(({ path, status }) => [path, status]),
        [],
        "no request of the session fails",
      );
      varyRequests(recording, templates[0]!);
      for (const failure of recording.failures) assert.match(failure, /hung up/, "but for those that the user stopped");
    });
  }
}

test("a real engine computes of each recorded turn what is new, and count_tokens says what it evaluates", async (t) => {
  const absent = absentModel(replayModel);
  if (absent !== undefined) return t.skip(absent);
  if (recorded.length < sessionKinds.length * realClients.length) return t.skip("not every session was recorded");
  const runtime = await openReplayEngine();
  let [requests, pairs, computed, fresh] = [0, 0, 0, 0];
  try {
    for (const { what, recording, profile } of recorded.flatMap((one) => replayProfiles.map((profile) => ({ ...one, profile })))) {
      for (const [at, turn] of (await replayOnEngine(recording.requests, profile, runtime)).entries()) {
        const where = `${what}, ${profile}, request ${at + 1}: ${JSON.stringify(turn)}`;
        assert.equal(turn.counted, turn.prompt, where);
        requests++;
        if (turn.isFirst) continue;
        // The engine's own two tokens may be how the recorded answer begins, and the words that open an answer (three tokens) are no part of a summary's prompt.
        assert.ok(Math.abs(turn.computed - turn.fresh) <= Math.max(4, turn.fresh / 100), where);
        pairs++;
        computed += turn.computed;
        fresh += turn.fresh;
      }
    }
  } finally {
    await runtime.close();
  }
  t.diagnostic(`${requests} requests counted and evaluated; ${pairs} later turns: ${computed} tokens computed, ${fresh} new`);
  assert.ok(requests >= 200, `${requests} requests`);
  assert.ok(Math.abs(computed / fresh - 1) <= 0.01, `${computed} of ${fresh}`);
});

async function openReplayEngine(): Promise<Runtime> {
  const modelPath = modelFile(replayModel);
  const { chatTemplate } = await readGguf(modelPath);
  const template = chooseTemplate({ chatTemplate, bosToken: undefined, eosToken: undefined, modelName: replayModel });
  return createEmbeddedRuntime({ modelPath, modelName: replayModel, template, window: 8192, lanes: 4, env: process.env });
}

after(() => {
  const main = figures.map(({ client, kind, requests, pairs, kept, changedAnswers, summaries, lanes }) =>
    [
      client.padEnd(8),
      kind.padEnd(13),
      `${requests} requests`,
      `${kept}/${pairs} pairs kept`,
      `${changedAnswers} answers changed`,
      `${summaries} summaries`,
      `lanes: ${JSON.stringify(lanes)}`,
    ].join("  "),
  );
  const [kept, pairs] = [figures.reduce((sum, row) => sum + row.kept, 0), figures.reduce((sum, row) => sum + row.pairs, 0)];
  process.stdout.write(`${[...main, `together: ${kept} of ${pairs} consecutive pairs keep the prefix`].join("\n")}\n`);
});

/** The recorded requests through canonical form, lanes, diet and template, as the gateway takes them. */
function replay(recording: Recording, profile: DietProfile, template: PromptTemplate): Rendered[] {
  const lanes = createLanes(1);
  const answers = new Map(recording.turns.map((turn) => [JSON.stringify(turn.prompt.turns), turn]));
  return messagesOf(recording.requests).map((request) => {
    const canonical = lanes.joinSummary(canonicalise(request));
    const lane = lanes.choose(canonical, request.agent);
    const recorded = answers.get(JSON.stringify(applyDiet(canonical, dietOf("full"), lane.kind).turns));
    const fed = applyDiet(canonical, dietOf(profile), lane.kind);
    const text = render(template, fed);
    return {
      lane: lane.id,
      kind: lane.kind,
      text,
      asked: text.slice(0, text.length - answerOpening(template).length),
      isSummary: asksForSummary(canonical),
      answer: recorded?.whole === true ? spellAnswer(recorded.text, recorded.calls) : undefined,
    };
  });
}

function messagesOf(requests: readonly SeenRequest[]): ReturnType<typeof parseRequest>[] {
  return requests
    .filter(({ path }) => path === "/v1/messages")
    .map(({ body, headers }) => ({ ...parseRequest(body), agent: headers.get(agentHeader) ?? undefined }))
    .filter(({ max_tokens: tokens, tools }) => tokens > 1 && tools.length > 0);
}

function render(template: PromptTemplate, { system, tools, turns }: Conversation): string {
  const prompt = { system, tools, turns, answer: { kind: "anything" }, maxTokens: 1, temperature: 0 } as const;
  return template
    .render(prompt)
    .map((segment) => segment.text)
    .join("");
}

/** What a template writes behind the newest turn for the model to go on from. */
function answerOpening(template: PromptTemplate): string {
  const turns = (text: string): Conversation => ({ system: "s", tools: [], turns: [{ role: "user", text }] });
  const [one, two] = [render(template, turns("@one@")), render(template, turns("@two@"))];
  const after = (text: string, word: string): string => text.slice(text.indexOf(word) + word.length);
  assert.equal(after(one, "@one@"), after(two, "@two@"));
  const opening = /<\|im_start\|>assistant\n[^]*$/.exec(one)?.[0];
  assert.ok(opening !== undefined, "a template of the ChatML family");
  return opening;
}

function judge(rendered: readonly Rendered[], what: string): Omit<Figures, "client" | "kind"> {
  const newest = new Map<string, Rendered>();
  let pairs = 0;
  let kept = 0;
  let changedAnswers = 0;
  for (const next of rendered) {
    const before = newest.get(next.lane);
    if (!next.isSummary || before === undefined) newest.set(next.lane, next);
    if (before === undefined) continue;
    pairs++;
    // A summary leaves out the last answer in one client, so what it shares with the conversation ends where that answer begins.
    const expected = next.isSummary ? before.asked : before.text;
    assert.ok(next.text.startsWith(expected), `${what}: ${firstDifference(expected, next.text)}`);
    kept++;
    if (!next.isSummary && !next.text.startsWith(`${before.text}${before.answer ?? ""}`)) changedAnswers++;
  }
  return {
    requests: rendered.length,
    pairs,
    kept,
    changedAnswers,
    summaries: rendered.filter(({ isSummary }) => isSummary).length,
    lanes: countLanes(rendered),
  };
}

function firstDifference(expected: string, found: string): string {
  let at = 0;
  while (at < expected.length && expected[at] === found[at]) at++;
  return `differs at character ${at} of ${expected.length}: ${JSON.stringify(expected.slice(at - 100, at + 200))} became ${JSON.stringify(found.slice(at - 100, at + 200))}`;
}

function countLanes(rendered: readonly Rendered[]): Record<LaneKind, number> {
  const count = (kind: LaneKind): number => new Set(rendered.filter((one) => one.kind === kind).map(({ lane }) => lane)).size;
  return { main: count("main"), "sub-agent": count("sub-agent"), side: count("side") };
}

/** The property of `src/prompt/stable-prompt.test.ts`, over the session's longest request. */
function varyRequests(recording: Recording, template: PromptTemplate): void {
  const longest = recording.requests
    .filter(({ path, body }) => path === "/v1/messages" && /"tools":\[\{/.test(body))
    .reduce((a, b) => (b.body.length > a.body.length ? b : a));
  const request = JSON.parse(longest.body) as JsonObject;
  const read = (varied: JsonObject, profile: DietProfile): string =>
    render(template, applyDiet(canonicalise(parseRequest(JSON.stringify(varied))), dietOf(profile)));
  for (const profile of ["code", "full"] as const) {
    const before = read(request, profile);
    for (const [seed, { name, apply }] of harmless.entries()) {
      const varied = apply(request, seeded(seed));
      if (varied !== undefined) assert.equal(firstChange(before, read(varied, profile)), undefined, `${name}, ${profile}`);
    }
    for (const { name, apply } of telling) {
      const varied = apply(request, seeded(1));
      if (varied !== undefined) assert.notEqual(read(varied, profile), before, `${name}, ${profile}`);
    }
  }
}

function firstChange(before: string, varied: string): string | undefined {
  return before === varied ? undefined : firstDifference(before, varied);
}

/** Ours, and the model's own where a model with a sound one is here. */
async function realTemplates(): Promise<PromptTemplate[]> {
  const source: TemplateSource = { chatTemplate: undefined, bosToken: undefined, eosToken: "<|im_end|>", modelName: "none" };
  const home = process.env["CLOISTER_HOME"] ?? join(process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share"), "cloister");
  const path = join(home, "models", "qwen2.5-coder-0.5b.gguf");
  if (!existsSync(path)) return [chooseTemplate(source)];
  const { chatTemplate } = await readGguf(path);
  return [chooseTemplate(source), chooseTemplate({ ...source, chatTemplate, modelName: "qwen2.5-coder-0.5b" })];
}
