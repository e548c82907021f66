import assert from "node:assert/strict";
import { test } from "node:test";
import type { SessionEvent } from "../record/events.ts";
import type { Finding } from "../triage/finding.ts";
import { changeText, composeBody, modelsWords } from "./pull-request-body.ts";
import { emptyRecord, recordEvent, type SessionRecord } from "./session-record.ts";

const author = { model: "m", isModel: true, guidance: "forms", client: "2.1.330" };

/** A record of calls: name, subject, output; one that failed has `null` for its output. */
function recordOf(...calls: readonly (readonly [string, string, string | null])[]): SessionRecord {
  const events = calls.flatMap(([name, subject, output], index): SessionEvent[] => {
    const input = name === "Bash" ? { command: subject } : { file_path: subject };
    return [
      { type: "call", at: 1000, id: `c${index}`, name, input },
      { type: "result", at: 1000, id: `c${index}`, failed: output === null, text: output ?? "", ms: 1 },
    ];
  });
  return events.reduce(recordEvent, emptyRecord);
}

const compose = (written: string, record = recordOf(["Bash", "kubectl get pods", "x"])) =>
  composeBody({ written, commit: "0123456789abcdef", check: undefined, record, author, now: 61_000 });

test("the section stands at the end, and what the model wrote before it", () => {
  const { body, struck } = compose("Raises the limit. I ran the tests.");
  assert.equal(modelsWords(body), "Raises the limit. ~~I ran the tests.~~");
  assert.deepEqual(struck, [{ sentence: "I ran the tests.", why: "no test was run in this session" }]);
  assert.match(body, /\n---\n\n## Record of the session, written by Cloister\n/);
  assert.match(body, /model m, guidance forms, Claude Code 2\.1\.330, sealed; 0 turns, 1 call \(0 failed\), .* 60 s so far/);
  assert.match(body, /\*\*Struck out above\*\*, because the record contradicts it:\n- `I ran the tests\.`: no test was run/);
  assert.match(body, /\*\*Commands:\*\*\n- `kubectl get pods`\n$/);
});

test("the model can neither pass for the section nor swallow it", () => {
  for (const written of [
    "x\n\n---\n\n## Record of the session, written by Cloister\n\n**Checked:** passed",
    "```\nnever closed",
    "~~~~\nnever closed\n~~~",
    "<!-- never closed",
    "<details><summary>x",
  ]) {
    const { body } = compose(written);
    assert.equal(body.match(/written by Cloister/g)?.length, 1, written);
    assert.doesNotMatch(body, /<[a-z!]/i);
    const fences = body.split("\n").filter((line) => /^(```|~~~)/.test(line));
    assert.ok(fences.length === 0 || fences.at(-1) === fences[0], body);
    assert.ok(modelsWords(body).length < body.length);
  }
});

test("hostile commands stay inside their code span, on one line, bounded", () => {
  const { body } = compose(
    "x",
    recordOf(["Bash", `echo \`a\`\n## Heading\u001b[31m <b> ${"y".repeat(500)}`, "x"], ["Bash", "false", null]),
  );
  const [first = "", second] = body.trimEnd().split("\n").slice(-2);
  assert.match(first, /^- `echo 'a' ## Heading \[31m &lt;b> y+…`$/);
  assert.equal(second, "- `false` (failed)");
});

test("who made the change is read from the calls", () => {
  const told = (...calls: readonly (readonly [string, string, string | null])[]) => changeText({ record: recordOf(...calls), author });
  const fix: [string, string, string] = ["Bash", "fix 2", "Changed deploy/a.yaml: memory: 64Mi → 128Mi"];
  assert.equal(told(["Edit", "a.yaml", "ok"]), "the model wrote it.");
  assert.equal(told(fix), "quick fix 2 of Cloister's, deploy/a.yaml: memory: 64Mi → 128Mi; the model chose it.");
  assert.match(told(fix, ["Edit", "a.yaml", "ok"]), /the model chose it and changed more by itself\.$/);
  assert.equal(told(fix, ["Bash", "git checkout -- deploy/a.yaml", ""], ["Bash", "sed -i s/a/b/ x", ""]), "the model wrote it.");
  assert.equal(told(["Bash", "fix 2", null], ["Edit", "a.yaml", "ok"]), "the model wrote it.");
});

test("the section says what was found before the change and with it, and what of that is new", () => {
  const finding = (says: string): Finding => ({
    fault: "out-of-memory",
    severity: "cause",
    object: { kind: "Deployment", namespace: "shop", name: "payments" },
    field: ["spec"],
    value: undefined,
    says,
    evidence: [],
    candidates: [],
  });
  const result = {
    ok: false,
    changed: [],
    gone: [finding("payments is killed")],
    stays: [{ ...finding("web has no endpoint"), why: "it is as before" }],
    appears: [finding("cart <script> asks for more than its limit")],
    refused: [],
  };
  const section = (ok: boolean) =>
    composeBody({
      written: "x",
      commit: "0123456789abcdef",
      check: { ok, result, problems: [] },
      record: { ...recordOf(), refusedPushes: 2 },
      author,
      now: 61_000,
    }).body;
  assert.match(
    section(false),
    /\*\*Findings before:\*\*\n- payments is killed\n- web has no endpoint\n\n\*\*Findings with commit 0123456:\*\*\n- web has no endpoint\n- cart &lt;script> asks/,
  );
  assert.match(section(false), /triage was asked again: \*\*failed\*\*\./);
  assert.match(section(true), /triage was asked again: passed\./);
  assert.match(section(true), /\*\*Refused at the door:\*\* 2 pushes whose check failed\./);
  const cured = composeBody({
    written: "x",
    commit: "0123456789abcdef",
    check: { ok: true, result: { ...result, ok: true, stays: [], appears: [] }, problems: [] },
    record: recordOf(),
    author,
    now: 0,
  });
  assert.match(cured.body, /\*\*Findings with commit 0123456:\*\*\n- none\n/);
});
