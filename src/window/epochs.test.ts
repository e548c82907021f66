import assert from "node:assert/strict";
import { test } from "node:test";
import { decideEpochs, type SizedTurn, type Worth } from "./epochs.ts";
import { type Marks, marksOf, tighten } from "./marks.ts";
import { randomFrom } from "./random.test.data.ts";

const marks = marksOf(32_768, 4096, true);
const answer: SizedTurn = { role: "assistant", tokens: 60 };
const result = (tokens: number, worth: Worth = "plain"): SizedTurn => ({ role: "tool", tokens, clearedTokens: 50, worth });
/** So many rounds of one call and one result. */
const rounds = (...tokens: readonly number[]): SizedTurn[] => tokens.flatMap((size) => [answer, result(size)]);

const worths: readonly Worth[] = ["plain", "plain", "plain", "failed", "needed"];

function randomTurns(seed: number): SizedTurn[] {
  const random = randomFrom(seed);
  const turns: SizedTurn[] = [{ role: "user", tokens: 0 }];
  for (let round = 0; round < 5 + random(60); round++) {
    turns.push({ role: "assistant", tokens: 20 + random(200) });
    const calls = random(8) === 0 ? 1 + random(5) : 1;
    for (let call = 0; call < calls; call++) {
      const tokens = random(4) === 0 ? 100 + random(marks.result - 100) : 20 + random(2000);
      const worth = worths[random(worths.length)] ?? "plain";
      turns.push(tokens < 90 ? { role: "tool", tokens } : { role: "tool", tokens, clearedTokens: 30 + random(30), worth });
    }
    if (random(10) === 0) turns.push({ role: "user", tokens: 20 + random(300) });
  }
  return turns;
}

const seeds = Array.from({ length: 300 }, (_, index) => index + 1);

/** Ends of the conversation's requests: before each answer, and at its end. */
function requestsOf(turns: readonly SizedTurn[]): number[] {
  return [...turns.keys(), turns.length].filter((at) => at === turns.length || turns[at]?.role === "assistant");
}

function tokensOf(base: number, turns: readonly SizedTurn[], cleared: ReadonlySet<number>): number {
  return turns.reduce((sum, turn, at) => sum + (cleared.has(at) ? (turn.clearedTokens ?? turn.tokens) : turn.tokens), base);
}

test("nothing is cleared below the high mark", () => {
  const turns = rounds(8000, 8000, 8000);
  assert.deepEqual(decideEpochs(500, turns, marks), { cleared: new Set(), epochs: [], tokens: 24_680 });
});

test("past the high mark the oldest are cleared, down to the low one", () => {
  const turns = rounds(4000, 4000, 4000, 4000, 4000, 1000, 1000, 6000);
  const { epochs, tokens } = decideEpochs(500, turns, marks);
  assert.deepEqual(epochs, [{ at: 16, cleared: [1, 3, 5, 7, 9], tokensBefore: 28_980, tokensAfter: 9230 }]);
  assert.equal(tokens, 9230);
});

test("what failed and what the runbook needs stays while clearing the rest is enough", () => {
  const turns = [answer, result(2000, "failed"), answer, result(2000, "needed"), ...rounds(5000, 5000, 5000, 1000, 1000, 7000)];
  const { cleared } = decideEpochs(500, turns, marks);
  assert.deepEqual([...cleared], [5, 7, 9]);
});

test("they go too where the rest is not enough, what failed before what is needed", () => {
  const user: SizedTurn = { role: "user", tokens: 18_000 };
  const turns = [answer, result(2000, "needed"), answer, result(2000, "failed"), user, ...rounds(800, 800, 800, 800)];
  assert.deepEqual(decideEpochs(500, turns, marks).epochs, []);
  assert.deepEqual(
    [...decideEpochs(500, [...turns, ...rounds(3000)], marks).cleared].toSorted((a, b) => a - b),
    [1, 3, 6, 8],
  );
});

test("a great deal of failures is not worth a window: the newest stay, as far as they fit their share", () => {
  const failed = Array.from({ length: 7 }, () => [answer, result(2000, "failed")]).flat();
  const { cleared } = decideEpochs(500, [...failed, ...rounds(4000, 4000, 3500, 3000)], marks);
  assert.deepEqual([...cleared], [1, 3, 5, 7, 9, 15]);
});

test("a few tokens are not worth an epoch until the budget forces one", () => {
  const user = (tokens: number): SizedTurn => ({ role: "user", tokens });
  const turns = [...rounds(800), user(24_500), ...rounds(300, 300, 900)];
  const between = decideEpochs(500, turns, marks);
  assert.ok(between.tokens > marks.high && between.tokens < marks.budget, String(between.tokens));
  assert.deepEqual(between.epochs, []);
  const over = decideEpochs(500, [...turns, ...rounds(1500)], marks);
  assert.equal(over.epochs.length, 1);
  assert.ok(over.tokens <= marks.budget);
});

test("results that nobody has read yet are cleared last, and the newest never", () => {
  const four = [answer, ...[7500, 7500, 7500, 7500].map((tokens) => result(tokens))];
  const { cleared, tokens } = decideEpochs(500, four, marks);
  assert.deepEqual([...cleared], [1]);
  assert.ok(tokens <= marks.budget);
  assert.deepEqual([...decideEpochs(30_000, four, marks).cleared], [1, 2, 3]);
});

test("every request comes to the decisions of those before it", () => {
  for (const seed of seeds) {
    const turns = randomTurns(seed);
    const whole = decideEpochs(400, turns, marks);
    for (const at of requestsOf(turns)) {
      const then = decideEpochs(400, turns.slice(0, at), marks);
      assert.deepEqual(
        then.epochs,
        whole.epochs.filter((epoch) => epoch.at <= at),
        `seed ${seed}, request at ${at}`,
      );
    }
  }
});

test("over the budget only where nothing is left to clear", () => {
  let cleared = 0;
  for (const seed of seeds) {
    const turns = randomTurns(seed);
    for (const at of requestsOf(turns)) {
      const upTo = turns.slice(0, at);
      const decision = decideEpochs(400, upTo, marks);
      assert.equal(decision.tokens, tokensOf(400, upTo, decision.cleared), `seed ${seed}: the sum is right`);
      cleared += decision.cleared.size;
      if (decision.tokens <= marks.budget) continue;
      const newest = upTo.findLastIndex((turn) => turn.role === "tool");
      const left = upTo.filter((turn, index) => turn.clearedTokens !== undefined && index !== newest && !decision.cleared.has(index));
      assert.deepEqual(left, [], `seed ${seed}, request at ${at}: ${decision.tokens} tokens`);
    }
  }
  assert.ok(cleared > 1000, "the conversations are long enough to tell");
});

test("an epoch frees enough, leaves the newest result, and touches what is worth keeping only after the rest", () => {
  let special = 0;
  for (const seed of seeds) {
    const turns = randomTurns(seed);
    const gone = new Set<number>();
    for (const { at, cleared, tokensBefore, tokensAfter } of decideEpochs(400, turns, marks).epochs) {
      for (const index of cleared) gone.add(index);
      assert.ok(tokensBefore > marks.high);
      assert.ok(tokensBefore - tokensAfter >= marks.worthwhile || tokensBefore > marks.budget);
      const results = [...turns.keys()].filter((index) => index < at && turns[index]?.role === "tool");
      assert.ok(!cleared.includes(results.at(-1) ?? -1), `seed ${seed}: the newest result stays`);
      const lastAnswer = turns.slice(0, at).findLastIndex((turn) => turn.role === "assistant");
      const old = results.slice(0, -marks.recentResults).filter((index) => index < lastAnswer);
      const valued = old.filter((index) => turns[index]?.worth !== "plain" && (cleared.includes(index) || !gone.has(index)));
      const size = valued.reduce((sum, index) => sum + (turns[index]?.tokens ?? 0), 0);
      if (size > marks.valued || !cleared.some((index) => valued.includes(index))) continue;
      special++;
      const plain = old.filter((index) => turns[index]?.worth === "plain" && !gone.has(index));
      assert.deepEqual(plain, [], `seed ${seed}: plain ones go first`);
    }
  }
  assert.ok(special > 5, "the case occurs");
});

test("what was decided once is decided: a conversation with its results cleared stays as it is", () => {
  for (const seed of seeds) {
    const turns = randomTurns(seed);
    const { cleared } = decideEpochs(400, turns, marks);
    const fitted = turns.map((turn, at): SizedTurn => (cleared.has(at) ? { role: "tool", tokens: turn.clearedTokens ?? 0 } : turn));
    assert.deepEqual([...decideEpochs(400, fitted, marks).cleared], [], `seed ${seed}`);
  }
});

test("lowered marks clear more, and at nothing everything but the newest", () => {
  const turns = rounds(2000, 2000, 2000, 2000, 2000);
  assert.equal(decideEpochs(500, turns, marks).cleared.size, 0);
  assert.ok(decideEpochs(500, turns, tighten(marks, 0.3)).cleared.size > 0);
  assert.deepEqual([...decideEpochs(500, turns, tighten(marks, 0)).cleared], [1, 3, 5, 7]);
});

/** Tokens that a state kept from request to request would spare, of those that an earlier request held. */
function keptShare(base: number, turns: readonly SizedTurn[], by: Marks): number {
  let before: { readonly what: string; readonly tokens: number }[] = [];
  let [seen, kept] = [0, 0];
  for (const at of requestsOf(turns)) {
    const { cleared } = decideEpochs(base, turns.slice(0, at), by);
    const now = [
      { what: "base", tokens: base },
      ...turns.slice(0, at).map((turn, index) => {
        const tokens = cleared.has(index) ? (turn.clearedTokens ?? 0) : turn.tokens;
        return { what: `${index} ${tokens}`, tokens };
      }),
    ];
    const differs = before.findIndex(({ what }, index) => now[index]?.what !== what);
    const sum = (parts: typeof now): number => parts.reduce((total, { tokens }) => total + tokens, 0);
    seen += sum(now.slice(0, before.length));
    kept += sum(now.slice(0, differs < 0 ? before.length : differs));
    before = now;
  }
  return kept / seen;
}

test("31 calls with 60,000 tokens of results in a window of 32,768: at least 95 % of what was sent before stays evaluated", () => {
  for (const seed of seeds.slice(0, 100)) {
    const random = randomFrom(seed);
    const weights = Array.from({ length: 31 }, () => 40 + random(360));
    const all = weights.reduce((sum, weight) => sum + weight, 0);
    const turns = rounds(...weights.map((weight) => Math.round((60_000 * weight) / all)));
    const share = keptShare(600, turns, marks);
    assert.ok(share >= 0.95, `seed ${seed}: ${share}`);
    const { epochs, tokens } = decideEpochs(600, turns, marks);
    assert.ok(epochs.length >= 2 && tokens <= marks.high);
  }
});
