import assert from "node:assert/strict";
import { test } from "node:test";
import type { Token } from "node-llama-cpp";
import { type Candidates, chooseByChance, chooseGreedily, sampling } from "./choose-token.ts";

const list = (...logits: number[]): Candidates => logits.map((logit, token) => ({ token: token as Token, logit }));
const only = (...tokens: number[]) => ({ allows: (token: number) => tokens.includes(token) });

test("greedily the best is taken, with a grammar the best that it allows", () => {
  assert.deepEqual(chooseGreedily(list(9, 5, 4), undefined), { kind: "token", token: 0 });
  assert.deepEqual(chooseGreedily(list(9, 8.9, 8.8, 4, 1), only(2, 3)), { kind: "token", token: 2 });
  assert.deepEqual(chooseGreedily(list(9, 8.9, 4), only(0)), { kind: "token", token: 0 });
});

test("a lead that rounding could turn round is left to a step of its own", () => {
  assert.deepEqual(chooseGreedily(list(9, 8.9, 4), undefined), { kind: "undecided" });
  assert.deepEqual(chooseGreedily(list(9, 8, 7.9, 4), only(1, 2)), { kind: "undecided" });
});

test("where none that is listed is allowed, or only the last, nothing can be said", () => {
  assert.deepEqual(chooseGreedily(list(9, 5, 4), only(7)), { kind: "undecided" });
  assert.deepEqual(chooseGreedily(list(9, 5, 4), only(2)), { kind: "undecided" });
  assert.deepEqual(chooseGreedily([], undefined), { kind: "undecided" });
});

test("by chance each token comes as often as the engine's sampler would draw it", () => {
  const candidates = list(2, 1, 0, -8);
  const temperature = 0.7;
  const draws = 20_000;
  const seen = [0, 0, 0, 0];
  for (let draw = 0; draw < draws; draw++) {
    const choice = chooseByChance(candidates, undefined, temperature, (draw + 0.5) / draws);
    assert.ok(choice.kind === "token");
    seen[choice.token] = (seen[choice.token] ?? 0) + 1;
  }
  // The least likely is outside the nucleus; the weights of the others at this temperature:
  const weights = [2, 1, 0].map((logit) => Math.exp(logit / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  assert.ok(sampling.topP > 0.9 && seen[3] === 0);
  weights.forEach((weight, token) => assert.ok(Math.abs((seen[token] ?? 0) / draws - weight / total) < 1e-3, seen.join(" ")));
});

test("a draw that the grammar does not allow is refused, not drawn again from what is listed", () => {
  assert.deepEqual(chooseByChance(list(9, 1), only(1), 1, 0.1), { kind: "refused" });
});
