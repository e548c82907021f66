import assert from "node:assert/strict";
import { test } from "node:test";
import { rememberTokens } from "./token-memo.ts";

test("a text is tokenised once for each kind, as long as it is remembered", () => {
  const asked: string[] = [];
  const tokenizer = rememberTokens(
    {
      special: (text) => (asked.push(`special ${text}`), [1]),
      plain: (text) => (asked.push(`plain ${text}`), [...Buffer.from(text)]),
      opening: 7,
    },
    36,
  );
  assert.deepEqual(tokenizer.plain("ab"), [97, 98]);
  assert.deepEqual(tokenizer.plain("ab"), [97, 98]);
  assert.deepEqual(tokenizer.special("ab"), [1]);
  assert.deepEqual(asked, ["plain ab", "special ab"]);
  assert.equal(tokenizer.opening, 7);

  tokenizer.plain("cdefghij");
  tokenizer.plain("ab");
  assert.equal(asked.filter((text) => text === "plain ab").length, 2, "what was used longest ago is forgotten");
  tokenizer.plain("ab");
  assert.equal(asked.length, 4);
});
