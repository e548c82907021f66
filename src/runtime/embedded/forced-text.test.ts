import assert from "node:assert/strict";
import { test } from "node:test";
import { forcedText, type GrammarSteps } from "./forced-text.ts";

const end = 300;
const bytes = Array.from({ length: 256 }, (_, byte) => (byte > 0xf4 ? -1 : byte));

/** A grammar that allows exactly these texts; a token is a byte, `end` ends. */
function oneOf(texts: readonly string[], at = 0, prefix: readonly number[] = []): GrammarSteps {
  const options = texts.map((text) => [...Buffer.from(text)]).filter((option) => prefix.every((byte, index) => option[index] === byte));
  let state: GrammarSteps | undefined;
  return {
    allows(token) {
      if (state !== undefined) return state.allows(token);
      return token === end ? options.some((option) => option.length === at) : options.some((option) => option[at] === token);
    },
    accept(token) {
      if (state !== undefined) state.accept(token);
      else state = oneOf(texts, at + 1, [...prefix, token]);
    },
    copy: () => state?.copy() ?? oneOf(texts, at, prefix),
  };
}

test("text that all continuations share is forced, and no more", () => {
  assert.deepEqual(forcedText(oneOf(["kubectl get pods", "kubectl get svc"]), bytes, [end]), { text: "kubectl get ", complete: false });
});

test("one continuation is forced to its end", () => {
  assert.deepEqual(forcedText(oneOf(["kubectl get pods"]), bytes, [end]), { text: "kubectl get pods", complete: true });
});

test("nothing is forced where the answer may end", () => {
  assert.deepEqual(forcedText(oneOf(["yes", "yes, please"]), bytes, [end]), { text: "yes", complete: false });
  assert.deepEqual(forcedText(oneOf(["", "x"]), bytes, [end]), { text: "", complete: false });
});

test("at the end there is nothing left but the end", () => {
  assert.deepEqual(forcedText(oneOf([""]), bytes, [end]), { text: "", complete: true });
});

test("a character whose last byte is open is left to the model", () => {
  // é is C3 A9, è is C3 A8.
  assert.deepEqual(forcedText(oneOf(["caféx", "cafèx"]), bytes, [end]), { text: "caf", complete: false });
  assert.deepEqual(forcedText(oneOf(["café"]), bytes, [end]), { text: "café", complete: true });
});

test("looking ahead leaves the state as it was", () => {
  const state = oneOf(["ab", "ac"]);
  forcedText(state, bytes, [end]);
  assert.equal(state.allows(97), true);
  assert.equal(state.allows(98), false);
});
