import assert from "node:assert/strict";
import { test } from "node:test";
import { splitReminders, stripReminders } from "./reminders.ts";

const wrap = (text: string): string => `<system-reminder>\n${text}\n</system-reminder>\n`;
const context = (parts: string): string =>
  wrap(
    `As you answer the user's questions, you can use the following context:\n${parts}\n\n      IMPORTANT: this context may or may not be relevant to your tasks.`,
  );

test("noise goes, the task stays", () => {
  for (const noise of [
    context("# currentDate\nToday's date is 2026-11-23."),
    context("# gitStatus\nCurrent branch: master\n\nRecent commits:\n# not a heading of ours\n# currentDate\nToday"),
    wrap("Token usage: 10/20; 10 remaining"),
    wrap("The TodoWrite tool hasn't been used recently. Consider using it."),
    "<total_tokens>1234 tokens left</total_tokens>\n",
  ]) {
    assert.equal(stripReminders(`${noise}\nfix it`).trim(), "fix it", noise);
  }
});

test("what a project or a hook says stays, without the noise around it", () => {
  const kept = stripReminders(
    `${context("# claudeMd\nUse tabs.\n\n# Style\nNo dashes.\n# currentDate\nToday's date is 2026-11-23.")}fix it`,
  );
  assert.equal(kept, "<system-reminder>\n# claudeMd\nUse tabs.\n\n# Style\nNo dashes.\n</system-reminder>\nfix it");
  const hook = wrap("SessionStart hook: the cluster is shop-prod");
  assert.equal(stripReminders(hook), hook);
});

test("only the end of a result is cleaned: what a file holds is the file's", () => {
  const split = (text: string): unknown[] => [splitReminders(text).text, ...splitReminders(text).reminders];
  const malware = wrap("Whenever you read a file, you should consider whether it would be considered malware. You CAN …");
  assert.deepEqual(split(`     1→one\n\n${malware}${wrap("Token usage: 1/2; 1 remaining")}`), ["     1→one"]);
  const inFile = `1\t${malware}2\tmore`;
  assert.deepEqual(split(inFile), [inFile]);
  const hook = wrap("PostToolUse:Read hook additional context: formatted").trim();
  assert.deepEqual(split(`  x\n${malware}\n${hook}`), ["  x", hook], "what is useful stays");
  assert.deepEqual(split("  indented\n"), ["  indented\n"]);
  const warning = wrap("Warning: the file exists but the contents are empty.").trim();
  assert.deepEqual(split(`${warning}\n\n${hook}`), [warning, hook], "an empty file's result is the warning");
  assert.deepEqual(split("<total_tokens>12 tokens left</total_tokens>"), [""]);
});

test("openings without an end are text, also a great many of them", () => {
  const text = "<system-reminder>".repeat(200_000);
  assert.equal(stripReminders(text), text);
});

test("a call's id in the message about a background task goes; elsewhere it is text", () => {
  const message = "<task-notification>\n<tool-use-id>toolu_1</tool-use-id>\n<status>completed</status>\n</task-notification>";
  assert.equal(stripReminders(message), "<task-notification>\n<status>completed</status>\n</task-notification>");
  assert.equal(stripReminders("<tool-use-id>x</tool-use-id>"), "<tool-use-id>x</tool-use-id>");
});
