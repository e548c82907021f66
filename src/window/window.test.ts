import assert from "node:assert/strict";
import { test } from "node:test";
import type { Conversation, Turn } from "../messages/conversation.ts";
import { randomFrom } from "./random.test.data.ts";
import { createWindow, type WindowOptions, type WindowQuestion } from "./window.ts";

const countText = (text: string): number => Math.ceil(text.length / 4);
/** A template's frame of ten tokens around each turn. */
const countAll = ({ system, turns }: Conversation): number =>
  countText(system) +
  turns.reduce((sum, turn) => {
    const calls = turn.role === "assistant" ? turn.calls : [];
    return sum + 10 + countText(turn.text) + calls.reduce((of, { name, input }) => of + 10 + countText(name + JSON.stringify(input)), 0);
  }, 0);

const options: WindowOptions = {
  window: 8192,
  longestAnswer: 1024,
  longestPrompt: 7936,
  exact: true,
  count: (conversation) => Promise.resolve(countAll(conversation)),
  countTexts: (texts) => Promise.resolve(texts.map(countText)),
};
/** A new one each time: nothing may depend on what was asked before. */
const fit = (question: Partial<WindowQuestion> & Pick<WindowQuestion, "conversation">, change: Partial<WindowOptions> = {}) =>
  createWindow({ ...options, ...change }).fit({ advise: (conversation) => conversation, needed: new Set(), ...question });

const talk = (...turns: readonly Turn[]): Conversation => ({
  system: "You help.",
  tools: [],
  turns: [{ role: "user", text: "go" }, ...turns],
});
const ran = (id: string, command: string, text: string, failed = false): Turn[] => [
  { role: "assistant", text: "", calls: [{ id, name: "Bash", input: { command } }] },
  { role: "tool", callId: id, text, failed },
];
const lines = (tokens: number, of = "some output"): string => `${of}\n`.repeat(Math.floor((tokens * 4) / (of.length + 1))).trimEnd();

function randomTalk(seed: number): Conversation {
  const random = randomFrom(seed);
  const turns: Turn[] = [];
  for (let round = 0; round < 10 + random(30); round++) {
    if (random(6) === 0) {
      const ids = [`${round}a`, `${round}b`];
      turns.push({ role: "assistant", text: "Two.", calls: ids.map((id) => ({ id, name: "Read", input: { file_path: `/w/${id}` } })) });
      for (const id of ids) turns.push({ role: "tool", callId: id, text: lines(random(1200), `     7→${id}`), failed: false });
    } else turns.push(...ran(`${round}`, `run ${round}`, lines(random(8) === 0 ? 3000 : random(900), `of ${round}`), random(5) === 0));
    if (random(8) === 0) turns.push({ role: "user", text: lines(random(60), "and then") });
  }
  return talk(...turns);
}
const seeds = Array.from({ length: 60 }, (_, index) => index + 1);
const requestsOf = ({ turns }: Conversation): number[] =>
  [...turns.keys(), turns.length].filter((at) => at > 0 && (at === turns.length || turns[at]?.role === "assistant"));

test("a conversation that fits is left as it is", async () => {
  const conversation = talk(...ran("a", "ls", lines(900)));
  assert.deepEqual(await fit({ conversation }), { conversation, tokens: countAll(conversation), began: { epoch: undefined, cuts: [] } });
});

test("a cleared result says what it was and how to get it again; the calls stay", async () => {
  const read: Turn[] = [
    { role: "assistant", text: "", calls: [{ id: "r", name: "Read", input: { file_path: "/w/deploy.yaml" } }] },
    { role: "tool", callId: "r", text: lines(1000), failed: false },
  ];
  const conversation = talk(
    ...ran("a", "kubectl get pods -n shop", lines(1500)),
    ...read,
    ...[1, 2, 3].flatMap((n) => ran(`${n}`, `echo ${n}`, lines(1600))),
  );
  const fitted = await fit({ conversation });
  const texts = fitted.conversation.turns.flatMap((turn) => (turn.role === "tool" ? [turn.text] : []));
  assert.equal(texts[0], "[cloister: cleared: kubectl get pods -n shop (500 lines, 1500 tokens); run it again to see it]");
  assert.match(texts[1] ?? "", /^\[cloister: cleared: Read \/w\/deploy\.yaml \(333 lines, 999 tokens\); read it again to see it\]$/);
  assert.equal(fitted.conversation.turns[1], conversation.turns[1]);
  assert.deepEqual(fitted.began.epoch?.cleared.slice(0, 2), [2, 4]);
  assert.equal(fitted.tokens, countAll(fitted.conversation));
});

test("a failure is cleared after the others, and what stands there says that it failed", async () => {
  const rest = [1, 2, 3, 4].flatMap((n) => ran(`${n}`, `echo ${n}`, lines(1500)));
  const some = await fit({ conversation: talk(...ran("bad", "make", lines(1000), true), ...rest) });
  assert.equal(some.conversation.turns[2]?.text, lines(1000));
  const more = [5, 6].flatMap((n) => ran(`${n}`, `echo ${n}`, lines(1900)));
  const all = await fit(
    { conversation: talk(...ran("bad", "make", lines(1900), true), ...ran("worse", "make x", lines(1900), true), ...rest, ...more) },
    { window: 6000, longestPrompt: 5744 },
  );
  assert.match(all.conversation.turns[2]?.text ?? "", /cleared: make \(\d+ lines, \d+ tokens, failed\);/);
});

test("the guide's words stay under a cleared result, and what it needs is cleared last", async () => {
  const conversation = talk(...[1, 2, 3, 4, 5, 6, 7, 8].flatMap((n) => ran(`${n}`, `echo ${n}`, lines(880))));
  const advise = (plain: Conversation): Conversation => ({
    ...plain,
    turns: plain.turns.map((turn): Turn => (turn.role === "tool" ? { ...turn, text: `${turn.text}\n\nNote ${turn.callId}.` } : turn)),
  });
  const { conversation: fitted } = await fit({ conversation, advise, needed: new Set(["1"]) });
  const texts = fitted.turns.flatMap((turn) => (turn.role === "tool" ? [turn.text] : []));
  assert.ok(texts.every((text, index) => text.endsWith(`\n\nNote ${index + 1}.`)));
  assert.deepEqual(
    texts.map((text) => text.startsWith("[cloister")),
    [false, true, true, true, true, false, false, false],
  );
});

test("a result over its share is cut, the same on every later turn, and told once", async () => {
  const first = talk(...ran("big", "cat log", lines(6000)));
  const then = talk(...ran("big", "cat log", lines(6000)), ...ran("next", "ls", "a"));
  const [now, later] = [await fit({ conversation: first }), await fit({ conversation: then })];
  const [cut] = now.began.cuts;
  assert.ok(cut?.callId === "big" && cut.tokensBefore === 6000 && cut.tokensAfter <= 2048);
  assert.match(now.conversation.turns[2]?.text ?? "", /\[cloister: lines \d+ to \d+ of 2000 /);
  assert.deepEqual(later.conversation.turns.slice(0, 3), now.conversation.turns);
  assert.deepEqual(later.began.cuts, []);
});

test("between epochs each request begins with the one before it, in every process", async () => {
  let epochs = 0;
  for (const seed of seeds) {
    const conversation = randomTalk(seed);
    let before: readonly Turn[] = [];
    for (const at of requestsOf(conversation)) {
      const { conversation: fitted, began } = await fit({ conversation: { ...conversation, turns: conversation.turns.slice(0, at) } });
      if (began.epoch === undefined) assert.deepEqual(fitted.turns.slice(0, before.length), before, `seed ${seed}, request at ${at}`);
      else {
        epochs++;
        const changed = [...before.keys()].filter((index) => JSON.stringify(before[index]) !== JSON.stringify(fitted.turns[index]));
        const cleared = began.epoch.cleared.filter((index) => index < before.length);
        assert.deepEqual(changed, cleared, `seed ${seed}: an epoch changes what it says and nothing else`);
      }
      before = fitted.turns;
    }
  }
  assert.ok(epochs > 50, "the conversations are long enough to tell");
});

test("a prompt is never too long, and what is fitted stays as it is when it is fitted again", async () => {
  for (const seed of seeds) {
    const { conversation, tokens } = await fit({ conversation: randomTalk(seed) });
    assert.ok(tokens <= options.longestPrompt, `seed ${seed}: ${tokens}`);
    assert.deepEqual((await fit({ conversation })).conversation, conversation, `seed ${seed}`);
  }
});

test("a question that is too long by itself stays whole: the count tells", async () => {
  const conversation: Conversation = { ...talk(), turns: [{ role: "user", text: lines(9000) }] };
  const alone = await fit({ conversation });
  assert.deepEqual([alone.conversation, alone.tokens > options.longestPrompt], [conversation, true]);
  const answered = { ...conversation, turns: [...conversation.turns, ...ran("a", "ls", lines(1000)), ...ran("b", "ls", "x")] };
  const { conversation: fitted, tokens } = await fit({ conversation: answered });
  assert.ok(tokens > options.longestPrompt);
  assert.match(fitted.turns[2]?.text ?? "", /^\[cloister: cleared/);
});

test("an estimate that was far too low is made up for", async () => {
  const conversation = talk(...[1, 2, 3, 4, 5].flatMap((n) => ran(`${n}`, `echo ${n}`, lines(1200))));
  const { tokens } = await fit({ conversation }, { count: (all) => Promise.resolve(Math.ceil(countAll(all) * 1.6)) });
  assert.ok(tokens <= options.longestPrompt, String(tokens));
});

test("where counts are estimates, there is a margin", async () => {
  const conversation = talk(...[1, 2, 3, 4].flatMap((n) => ran(`${n}`, `echo ${n}`, lines(1550))));
  assert.equal((await fit({ conversation })).began.epoch, undefined);
  assert.ok((await fit({ conversation }, { exact: false })).began.epoch);
});

test("counting is done once: a later request asks for what is new", async () => {
  const asked: string[] = [];
  const window = createWindow({
    ...options,
    countTexts: (texts) => {
      asked.push(...texts);
      return options.countTexts(texts);
    },
  });
  const question = { advise: (conversation: Conversation) => conversation, needed: new Set<string>() };
  const conversation = randomTalk(3);
  await window.fit({ conversation, ...question });
  asked.length = 0;
  await window.fit({ conversation: { ...conversation, turns: [...conversation.turns, ...ran("new", "date", "today")] }, ...question });
  assert.deepEqual(
    asked.filter((text) => !text.startsWith("[cloister")),
    ["today", 'Bash {"command":"date"}'],
  );
});
