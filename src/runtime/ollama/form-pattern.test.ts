import assert from "node:assert/strict";
import { test } from "node:test";
import type { Piece, TextSlot } from "../../messages/answer.ts";
import { formPattern } from "./form-pattern.ts";

/** JavaScript reads the converter's dialect as the converter does, but for code points above the first plane. */
function matches(values: readonly (readonly Piece[])[], value: string): boolean {
  const pattern = formPattern(values);
  assert.ok(pattern !== undefined);
  const readable = pattern.replace(/\\U([0-9A-F]{8})/g, (_, digits: string) => `\\u{${digits.replace(/^0+/, "")}}`);
  return new RegExp(readable, "u").test(JSON.stringify(value).slice(1, -1));
}

const fixed = (text: string): Piece => ({ kind: "fixed", text });
const choice = (...of: string[]): Piece => ({ kind: "choice", of });
const slot = (slot: TextSlot): Piece => ({ kind: "text", slot });

test("fixed text is itself, whatever it holds", () => {
  for (const text of ['a|b (c)* [d]+ {1,2}? ^$ . / "quoted" \\ back\nline\ttab', "naïve 🌊", "sed -i 's|^a: .*$|b|' f.yaml"]) {
    assert.ok(matches([[fixed(text)]], text), text);
    assert.ok(!matches([[fixed(text)]], `${text}x`), text);
    assert.ok(!matches([[fixed(text)]], text.slice(1)), text);
  }
  assert.ok(!matches([[fixed("a.c")]], "abc"));
});

test("choices and forms that begin alike are all there, and nothing between them", () => {
  const forms = [
    [fixed("kubectl "), choice("get", "get pods", "describe"), fixed(" x")],
    [fixed("kubectl get"), choice("", " x -o yaml")],
    [fixed("echo")],
  ];
  const all = ["kubectl get x", "kubectl get pods x", "kubectl describe x", "kubectl get", "kubectl get x -o yaml", "echo"];
  for (const value of all) assert.ok(matches(forms, value), value);
  for (const value of ["kubectl ", "kubectl get pods", "kubectl describe x -o yaml", "echo x", ""])
    assert.ok(!matches(forms, value), value);
  assert.equal(formPattern([[choice()]]), undefined);
});

test("a slot keeps its bounds and its characters", () => {
  const forms = [[fixed("v="), slot({ min: 2, max: 4, characters: "a-z\\]\\-" }), fixed(";")]];
  for (const value of ["v=ab;", "v=a]-z;"]) assert.ok(matches(forms, value), value);
  for (const value of ["v=a;", "v=abcde;", "v=aB;", "v=;"]) assert.ok(!matches(forms, value), value);
  const free = [[slot({ min: 1, max: 8 })]];
  for (const value of ['"q"', "\\", "🌊é", "a b"]) assert.ok(matches(free, value), value);
  for (const value of ["", "a\nb", "123456789"]) assert.ok(!matches(free, value), value);
});

test("excluded values and beginnings cannot be said, their neighbours can", () => {
  const forms = [[slot({ min: 1, max: 10, characters: "a-z0-9", except: ["web", "we"], exceptBeginnings: ["api"] })]];
  for (const value of ["w", "wex", "webs", "ap", "apx", "zapi"]) assert.ok(matches(forms, value), value);
  for (const value of ["we", "web", "api", "api2", ""]) assert.ok(!matches(forms, value), value);
});

test("a sentence ends at its full stop", () => {
  const forms = [[slot({ min: 1, max: 20, sentence: true }), fixed(".")]];
  for (const value of ["Use v1.2.", "Done."]) assert.ok(matches(forms, value), value);
  for (const value of ["One. Two.", "One.Two."]) assert.ok(!matches(forms, value), value);
});

test("a name does not end in a hyphen", () => {
  const forms = [[slot({ min: 2, max: 8, characters: "a-z-", name: true })]];
  for (const value of ["fix-it", "ab", "a-b-c"]) assert.ok(matches(forms, value), value);
  for (const value of ["fix-", "a--b", "ab-"]) assert.ok(!matches(forms, value), value);
});
