import assert from "node:assert/strict";
import { test } from "node:test";
import type { ControlledEvaluateInputItem, Token } from "node-llama-cpp";
import type { GrammarSteps } from "../forced-text.ts";
import { createDrafts } from "./drafts.ts";
import { createSpeculativeSource, type DraftPlan, type SpeculativeSource } from "./speculative-source.ts";
import type { SpeculatedSequence } from "./speculated-sequence.ts";

const end = 0 as Token;

interface Bench {
  readonly source: SpeculativeSource;
  readonly state: Token[];
  /** Tokens of each step, `-` before those of plain ones. */
  readonly steps: string[];
  readonly outcomes: { right: number; refuted: boolean }[];
  /** Runs the answer to its end, or to so many tokens. */
  answer(first: number, most?: number): Promise<number[]>;
}

interface Setting {
  readonly prompt: readonly number[];
  /** The model: what follows, by what the state holds. */
  readonly model: (state: readonly number[]) => number;
  readonly length?: number;
  readonly contextSize?: number;
  /** Tokens that the engine forces after this one. */
  readonly forced?: Readonly<Record<number, readonly number[]>>;
  readonly grammar?: GrammarSteps;
  /** Where the model's best two are too close to tell in a step of several. */
  readonly close?: (state: readonly number[]) => boolean;
}

function bench(setting: Setting): Bench {
  const state = [...setting.prompt] as Token[];
  const steps: string[] = [];
  const outcomes: Bench["outcomes"] = [];
  let left = Infinity;
  const next = (): Token => setting.model(state) as Token;
  const sequence: SpeculatedSequence = {
    contextSize: setting.contextSize ?? 1000,
    contextTokens: [...state],
    needsCheckpoints: false,
    get nextTokenIndex() {
      return state.length;
    },
    async controlledEvaluate(input: ControlledEvaluateInputItem[]) {
      const tokens = input.map((item) => (Array.isArray(item) ? item[0] : item));
      steps.push(tokens.join(" "));
      return await Promise.resolve(
        tokens.map((token, index) => {
          state.push(token);
          const lead = setting.close?.(state) === true ? 0.1 : 9;
          const logits = new Map([
            [next(), 10],
            [999 as Token, 10 - lead],
          ]);
          return Array.isArray(input[index]) ? { next: { logits } } : undefined;
        }),
      );
    },
    async eraseContextTokenRanges(ranges) {
      for (const range of ranges) state.splice(range.start, range.end - range.start);
      await Promise.resolve();
    },
  };
  const plan: DraftPlan = {
    length: ({ room }) => Promise.resolve(Math.min(setting.length ?? 4, room)),
    ended: ({ right, refuted }) => outcomes.push({ right, refuted }),
    timed: (_tokens, step) => step(),
  };
  const plain = async (input: readonly Token[]): Promise<Token> => {
    steps.push(`-${input.join(" ")}`);
    state.push(...input);
    const token = next();
    if (token !== end) setting.grammar?.accept(token);
    return await Promise.resolve(token);
  };
  const source = createSpeculativeSource({
    sequence,
    drafts: createDrafts({ prompt: setting.prompt, spellForCall: () => [] }),
    plan,
    temperature: 0,
    random: () => assert.fail("nothing is left to chance at temperature 0"),
    hold: () => (setting.grammar === undefined ? { kind: "free" } : { kind: "grammar", steps: setting.grammar }),
    ends: (token) => token === end,
    left: () => left,
    plain,
    constrained: plain,
    pace: (step) => step(),
  });
  return {
    source,
    state,
    steps,
    outcomes,
    async answer(first, most = 100) {
      const said: number[] = [];
      let token: Token | undefined = first as Token;
      while (token !== undefined && token !== end && said.length < most) {
        const input: Token[] = [token, ...((setting.forced?.[token] ?? []) as Token[])];
        said.push(...input);
        left = most - said.length;
        if (left <= 0) break;
        token = await source.next(input);
      }
      await source.end();
      return said;
    },
  };
}

/** Says these tokens one after the other, wherever the state has come to behind the prompt. */
function saying(prompt: readonly number[], text: readonly number[]): (state: readonly number[]) => number {
  return (state) => text[state.length - prompt.length] ?? end;
}

const file = [11, 12, 13, 14, 15, 16, 17, 18, 19];
const prompt = [1, ...file, 2];

test("a copy takes a step for several tokens, and every token is the model's", async () => {
  const { answer, steps, source, state } = bench({ prompt, model: saying(prompt, file) });
  assert.deepEqual(await answer(11), file);
  assert.deepEqual(steps, ["-11", "-12", "13 14 15 16 17", "18 19 2 11 12"]);
  assert.deepEqual(source.counts, { drafted: 8, accepted: 5 });
  assert.deepEqual(state, [...prompt, ...file]);
});

test("what the model does not say is cut out of the state, and the answer goes on from there", async () => {
  const said = [11, 12, 13, 14, 77, 16, 17];
  const { answer, steps, state, outcomes } = bench({ prompt, model: saying(prompt, said) });
  assert.deepEqual(await answer(11), said);
  assert.deepEqual(steps.slice(2), ["13 14 15 16 17", "-77", "-16", "-17"]);
  assert.deepEqual(state, [...prompt, ...said]);
  assert.deepEqual(outcomes, [{ right: 1, refuted: true }]);
});

test("forced text that the draft has foreseen costs no step, other forced text ends the draft", async () => {
  const foreseen = bench({ prompt, model: saying(prompt, file), forced: { 14: [15, 16] } });
  assert.deepEqual(await foreseen.answer(11), file);
  assert.deepEqual(foreseen.steps, ["-11", "-12", "13 14 15 16 17", "18 19 2 11 12"]);

  const said = [11, 12, 13, 14, 50, 51, 17, 18];
  const other = bench({ prompt, model: saying(prompt, said), forced: { 14: [50, 51] } });
  assert.deepEqual(await other.answer(11), said);
  assert.deepEqual(other.steps, ["-11", "-12", "13 14 15 16 17", "-50 51", "-17", "-18"]);
  assert.deepEqual(other.state, [...prompt, ...said]);
});

test("where rounding could decide, the token before is evaluated again by itself", async () => {
  const { answer, steps, state, outcomes } = bench({ prompt, model: saying(prompt, file), close: (at) => at.at(-1) === 14 });
  assert.deepEqual(await answer(11), file);
  assert.deepEqual(steps, ["-11", "-12", "13 14 15 16 17", "-14", "15 16 17 18 19"]);
  assert.deepEqual(state, [...prompt, ...file]);
  assert.equal(outcomes[0]?.refuted, false, "no fault of the draft");
});

test("a draft is cut where the grammar refuses it, and the grammar has accepted what the answer has", async () => {
  const accepted: number[] = [];
  const steps = (heard: number[]): GrammarSteps => ({
    allows: (token) => token !== 16,
    accept: (token) => void heard.push(token),
    copy: () => steps([]),
  });
  const said = [11, 12, 13, 14, 15, 77];
  const held = bench({ prompt, model: saying(prompt, said), grammar: steps(accepted) });
  assert.deepEqual(await held.answer(11), said);
  assert.deepEqual(held.steps.slice(2), ["13 14 15", "-77"]);
  assert.deepEqual(accepted, said.slice(1));
});

test("a draft stays within the window and the tokens that are left", async () => {
  const narrow = bench({ prompt, model: saying(prompt, file), contextSize: prompt.length + 5 });
  assert.deepEqual(await narrow.answer(11, 5), file.slice(0, 5));
  assert.deepEqual(narrow.steps, ["-11", "-12", "13 14"]);
  const short = bench({ prompt, model: saying(prompt, file) });
  assert.deepEqual(await short.answer(11, 5), file.slice(0, 5));
  assert.deepEqual(short.steps, ["-11", "-12", "13 14"]);
});

test("an answer that ends within a draft leaves nothing of it behind", async () => {
  const said = file.slice(0, 5);
  const { answer, state } = bench({ prompt, model: saying(prompt, said) });
  assert.deepEqual(await answer(11), said);
  assert.deepEqual(state, [...prompt, ...said]);
});

test("a state that cannot be cut back is an error and not a wrong answer", async () => {
  const failing = bench({ prompt, model: saying(prompt, [11, 12, 13, 77]) });
  failing.state.splice = () => [];
  await assert.rejects(failing.answer(11), { code: "internal", message: /cut back/ });
});
