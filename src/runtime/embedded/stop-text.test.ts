import assert from "node:assert/strict";
import { test } from "node:test";
import { createStopText } from "./stop-text.ts";

function stream(pieces: readonly string[], stops: readonly string[]): { text: string; stopped: boolean } {
  const stop = createStopText(stops);
  let text = "";
  for (const piece of pieces) {
    const shown = stop.push(piece);
    text += shown.text;
    if (shown.stopped) return { text, stopped: true };
  }
  return { text: text + stop.end(), stopped: false };
}

test("a stop text ends the stream wherever it is cut", () => {
  const whole = "all is well<|end|>never shown";
  for (let at = 0; at <= whole.length; at++)
    assert.deepEqual(stream([whole.slice(0, at), whole.slice(at)], ["<|end|>"]), { text: "all is well", stopped: true });
  assert.deepEqual(stream([...whole], ["<|end|>"]), { text: "all is well", stopped: true });
});

test("the first of several stop texts counts", () => {
  assert.deepEqual(stream(["one BB two AA"], ["AA", "BB"]), { text: "one ", stopped: true });
});

test("what only began like a stop text is shown", () => {
  assert.deepEqual(stream(["a <", "|en", "ding"], ["<|end|>"]), { text: "a <|ending", stopped: false });
  assert.deepEqual(stream(["a <|en"], ["<|end|>"]), { text: "a <|en", stopped: false });
});

test("text that cannot begin a stop text is shown at once", () => {
  assert.deepEqual(createStopText(["<|end|>"]).push("x < y"), { text: "x < y", stopped: false });
  assert.deepEqual(createStopText([]).push("<|"), { text: "<|", stopped: false });
});
