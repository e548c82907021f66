import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import type { Answer } from "../messages/answer.ts";
import type { JsonObject, Turn } from "../messages/conversation.ts";
import type { TriageFacts } from "./facts.ts";
import { createGuide } from "./guide.ts";
import { type GuidanceLevel, parseRunbook } from "./runbook.ts";

/** The guide with triage and check: looks at what is named, changes where it is named, and a search that never tries the same twice. */

const file = join(resolve(import.meta.dirname, "../../.."), "runbooks/kubernetes-incident.yaml");
const runbook = parseRunbook(readFileSync(file, "utf8"), file);

const selector: TriageFacts = {
  text: "1. the selector of Service web matches no pod",
  findings: ["the selector of Service web matches no pod"],
  evidence: [['shown by labels of Deployment web: "app=web"']],
  causes: ["the selector of Service web matches no pod"],
  objects: ["service/web -n shop", "deployment/web -n shop"],
  pods: [],
  places: [
    {
      path: "deploy/web.yaml",
      line: 3,
      text: "    app: web-frontend",
      candidates: ["    app: web", "    app: cart"],
      cause: "the selector of Service web matches no pod",
    },
  ],
  fixes: [],
  nearest: (name) => (name === "webb" ? "web" : undefined),
};

type Line = readonly [tool: string, input: JsonObject, output: string, failed?: boolean];
const bash = (command: string, output: string, failed = false): Line => ["Bash", { command }, output, failed];

function guide(level: GuidanceLevel, triage: TriageFacts | undefined, ...lines: readonly Line[]) {
  const turns: Turn[] = [{ role: "user", text: "web does not answer" }];
  for (const [index, [name, input, text, failed]] of lines.entries())
    turns.push(
      { role: "assistant", text: "", calls: [{ id: `c${index}`, name, input }] },
      { role: "tool", callId: `c${index}`, text, failed: failed === true },
    );
  const facts = { namespace: "shop", workdir: "/w/web", triage };
  return createGuide({ runbook, level, facts })({ system: "", tools: [], turns });
}

function spelled(answer: Answer): readonly string[] {
  if (answer.kind !== "forms") return [`${answer.kind}: ${answer.kind === "said" ? answer.text : ""}`];
  return answer.forms.map((form) =>
    (form.arguments.at(-1)?.value ?? [])
      .map((piece) =>
        piece.kind === "fixed"
          ? piece.text
          : piece.kind === "choice"
            ? `<${piece.of.join("|")}>`
            : `<text, not ${piece.slot.except?.join("|") ?? ""}>`,
      )
      .join(""),
  );
}

const pods = bash("kubectl get pods -n shop", "NAME   READY   STATUS\nweb-1  1/1     Running");
const service = bash("kubectl describe service/web -n shop", "Selector: app=web-frontend");
const read: Line = [
  "Read",
  { file_path: "/w/web/deploy/web.yaml" },
  "     1→kind: Service\n     2→spec:\n     3→  selector:\n     4→    app: web-frontend\n     5→  ports: []\n     6→  type: ClusterIP",
];
const edit = (to: string): Line => [
  "Edit",
  { file_path: "/w/web/deploy/web.yaml", old_string: "app: web-frontend", new_string: `app: ${to}` },
  "The file has been updated.",
];
const failed = bash("check", "Exit code 1\n✗ stays: the selector of Service web matches no pod (it is as before)\ncheck: failed", true);
const passed = bash("check", "✓ goes: the selector of Service web matches no pod\ncheck: passed");
const takeBack = bash("git reset --hard --quiet origin/HEAD", "");

test("without triage the looks and the file come from the evidence and the repository", () => {
  const facts = { namespace: "shop", workdir: "/w/web", manifests: ["deploy/a.yaml", "deploy/b.yaml"] };
  const turns: Turn[] = [{ role: "user", text: "x" }];
  for (const [index, [name, input, text]] of [pods, bash("kubectl describe pod web-1 -n shop", "x")].entries())
    turns.push(
      { role: "assistant", text: "", calls: [{ id: `c${index}`, name, input }] },
      { role: "tool", callId: `c${index}`, text, failed: false },
    );
  const { answer, opening } = createGuide({ runbook, level: "forms", facts })({ system: "", tools: [], turns });
  assert.deepEqual(spelled(answer), ["/w/web/deploy/a.yaml", "/w/web/deploy/b.yaml"]);
  assert.doesNotMatch(opening ?? "", /Triage of/);
});

test("triage opens the first turn", () => {
  assert.match(guide("forms", selector).opening ?? "", /before you:\n1\. the selector of Service web matches no pod\nNext: list the pods/);
});

test("looks are over the objects that triage names, then the file that holds the fault is read", () => {
  assert.deepEqual(spelled(guide("forms", selector, pods).answer), [
    "kubectl describe service/web -n shop",
    "kubectl describe deployment/web -n shop",
  ]);
  assert.deepEqual(spelled(guide("forms", selector, pods, service).answer), ["/w/web/deploy/web.yaml"]);
});

test("values that triage names are offered first, then free text at the same line, never what was tried", () => {
  assert.deepEqual(spelled(guide("forms", selector, pods, service, read).answer), ["app: web", "app: cart"]);
  const once = [pods, service, read, edit("cart"), failed, takeBack, read];
  assert.deepEqual(spelled(guide("forms", selector, ...once).answer), ["app: web"]);
  const twice = [...once, edit("web"), failed, takeBack, read];
  assert.deepEqual(spelled(guide("forms", selector, ...twice).answer), ["app: <text, not web-frontend|cart|web>"]);
});

test("a change that failed is taken back before another one, and the check is asked again", () => {
  assert.deepEqual(spelled(guide("forms", selector, pods, service, read, edit("cart")).answer), ["check"]);
  const wrong = guide("forms", selector, pods, service, read, edit("cart"), failed);
  assert.deepEqual(spelled(wrong.answer), ["app: web-frontend"]);
  const reverse: Line = [
    "Edit",
    { file_path: "/w/web/deploy/web.yaml", old_string: "app: cart", new_string: "app: web-frontend" },
    "The file has been updated.",
  ];
  const reversed = guide("forms", selector, pods, service, read, edit("cart"), failed, reverse);
  assert.deepEqual([reversed.step?.id, spelled(reversed.answer)], ["change", ["app: web"]]);
  assert.deepEqual(spelled(guide("forms", selector, pods, service, read, edit("cart"), failed, reverse, edit("web")).answer), ["check"]);
  assert.match(wrong.notes.get("c4") ?? "", /^This change does not mend it\. Take it back/);
  const back = [pods, service, read, edit("cart"), failed, takeBack];
  assert.equal(guide("forms", selector, ...back).step?.id, "read-manifest");
  assert.deepEqual(spelled(guide("forms", selector, ...back, read, edit("web")).answer), ["check"]);
  assert.equal(guide("forms", selector, ...back, read, edit("web"), passed).step?.id, "publish");
});

test("a check that could not be made says nothing about the change, and the hand-over says why there is none", () => {
  const broken = bash("check", "Exit code 3\nThe cluster does not answer.", true);
  const { answer, notes } = guide("forms", selector, pods, service, read, edit("web"), broken);
  assert.doesNotMatch(notes.get("c4") ?? "", /does not mend it/);
  const said = answer.kind === "said" ? answer.text : "";
  assert.match(said, /^No pull request was opened: at the step “Check the change” nothing is left to try\./);
  assert.match(said, /^- failed: check \(The cluster does not answer\.\)$/m);
  assert.doesNotMatch(said, /Changes that were tried/);
});

test("a push that the gate refuses counts as a change that failed", () => {
  const refused = bash(
    "git checkout -q -b fix/a && git commit -qam x && git push",
    "remote: error: fix/a may not be pushed:\nremote:   stays: x",
    true,
  );
  const { answer, step } = guide("forms", selector, pods, service, read, edit("cart"), passed, refused);
  assert.deepEqual([spelled(answer), step?.id], [["git reset --hard --quiet origin/HEAD"], "publish"]);
});

test("of two faults one may be mended first: its change stays, and may be made again after it was taken back with another", () => {
  const causes = ["the selector of Service web matches no pod", "another"];
  const two = { ...selector, findings: causes, causes };
  const half = bash(
    "check",
    "Exit code 1\n✓ goes: the selector of Service web matches no pod\n✗ stays: another (it is as before)\ncheck: failed",
    true,
  );
  const after = guide("forms", two, pods, service, read, edit("web"), half);
  assert.equal(after.step?.id, "read-manifest");
  assert.doesNotMatch(after.notes.get("c4") ?? "", /Take it back/);
  assert.deepEqual(spelled(guide("forms", two, pods, service, read, edit("web"), half, takeBack, read).answer), ["app: web", "app: cart"]);
});

test("quick fixes are offered alone while one of them is untried, and told when it is time", () => {
  const fixes = {
    ...selector,
    fixes: [{ number: 1, says: "Service web, spec.selector.app: web-frontend → web", why: "a label", cause: selector.causes[0] ?? "" }],
  };
  const { answer, notes } = guide("forms", fixes, pods, service, read);
  assert.deepEqual(spelled(answer), ["fix 1"]);
  assert.match(notes.get("c2") ?? "", /Quick fixes that pass the check: fix 1: Service web/);
  const fix = bash("fix 1", "Changed deploy/web.yaml: Service web, spec.selector.app: web-frontend → web");
  assert.equal(guide("forms", fixes, pods, service, read, fix).step?.id, "check");
  const [body = ""] = spelled(guide("forms", fixes, pods, service, read, fix, passed, bash("git push", "ok")).answer);
  assert.match(body, /Change: deploy\/web\.yaml: Service web, spec\.selector\.app: web-frontend → web\./);
});

test("of two quick fixes for one fault each is told with why, and the choice is the model's", () => {
  const cause = selector.causes[0] ?? "";
  const two = ["web", "shop"].map((value, at) => ({ number: at + 1, says: `Service web: x → ${value}`, why: `why ${value}`, cause }));
  const { answer, notes } = guide("forms", { ...selector, fixes: two }, pods, service, read);
  assert.deepEqual(spelled(answer), ["fix 1", "fix 2"]);
  assert.match(
    notes.get("c2") ?? "",
    /fix 1: Service web: x → web \(why web\); fix 2: → shop \(why shop\)\. Choose the one that the evidence speaks for\./,
  );
});

test("a line of thought comes before calls in which there is something to choose, where it is wanted", () => {
  const facts = { namespace: "shop", workdir: "/w/web", triage: selector };
  const ask = (thought: boolean | undefined, turns: readonly Turn[]) =>
    createGuide({ runbook, level: "forms", facts, thought })({ system: "", tools: [], turns }).answer;
  const user: Turn = { role: "user", text: "web does not answer" };
  const looked: readonly Turn[] = [
    user,
    { role: "assistant", text: "", calls: [{ id: "c0", name: "Bash", input: { command: "kubectl get pods -n shop" } }] },
    { role: "tool", callId: "c0", text: "NAME  STATUS\nweb-1 Running", failed: false },
  ];
  assert.ok(!("thought" in ask(true, [user])), "one call alone: nothing to think about");
  assert.deepEqual("thought" in ask(true, looked), true);
  assert.deepEqual("thought" in ask(undefined, looked), false);
});

test("a call that says the same again is answered in its place, with another way on", () => {
  const long = bash("kubectl describe service/web -n shop", `Name: web\n${"Selector: app=web-frontend\n".repeat(12)}Warning  no endpoints`);
  const turns = [pods, long, long].flatMap(([name, input, text], index): Turn[] => [
    { role: "assistant", text: "", calls: [{ id: `c${index}`, name, input }] },
    { role: "tool", callId: `c${index}`, text, failed: false },
  ]);
  const facts = { namespace: "shop", workdir: "/w/web", triage: selector };
  const said = createGuide({ runbook, level: "steps", facts })({ system: "", tools: [], turns: [{ role: "user", text: "" }, ...turns] });
  assert.deepEqual([...(said.answered ?? [])], [["c2", "The same as before: Warning no endpoints\nLook at deployment/web instead."]]);
});

test("when the proposals are spent, the end says what is wrong and what was tried, and claims nothing", () => {
  const values = ["cart", "a", "b", "c", "d", "e"];
  const lines = values.flatMap((value) => [edit(value), failed, takeBack]).slice(0, -1);
  const text = spelled(guide("steps", selector, pods, service, ...lines).answer)[0] ?? "";
  assert.match(text, /^said: No pull request was opened: 6 changes were tried, and none passed the check\./);
  assert.match(
    text,
    /What is wrong, likeliest first:\n- the selector of Service web matches no pod\n {2}shown by labels of Deployment web: "app=web"/,
  );
  assert.match(text, /- app: web-frontend → app: cart: stays: the selector of Service web matches no pod \(it is as before\)/);
});

test("where triage found nothing the work ends after the looks, with nothing changed", () => {
  const quiet = { ...selector, text: "Nothing abnormal was found.", findings: [], causes: [], objects: [], places: [] };
  assert.deepEqual(spelled(guide("forms", quiet, pods).answer), ["kubectl describe pod web-1 -n shop"]);
  const text = spelled(guide("forms", quiet, pods, bash("kubectl describe pod web-1 -n shop", "Running")).answer)[0] ?? "";
  assert.match(text, /^said: Nothing abnormal was found\. Nothing was changed, and no pull request was opened\./);
});

test("a repeated look, a wrong name, a change without effect: one short note each", () => {
  const note = (...lines: readonly Line[]) => guide("steps", selector, ...lines).notes.get(`c${lines.length - 1}`) ?? "";
  assert.match(
    note(pods, service, bash("kubectl get pods -n shop", pods[2])),
    /^You ran this before and it says the same.*Look at deployment\/web instead\./,
  );
  assert.match(
    note(bash("kubectl describe deploy webb", 'Error from server (NotFound): deployments.apps "webb" not found', true)),
    /^There is no webb; the nearest name is web\./,
  );
  assert.match(
    note(pods, read, bash("sed -i 's|app: web-backend|app: web|' deploy/web.yaml", "")),
    /“app: web-backend” is in no file that you read/,
  );
  assert.match(note(pods, bash("git diff", "")), /nothing was changed/);
  assert.match(note(bash("check", "Exit code 1\nno manifest is changed\ncheck: failed", true)), /^The check did not pass\./);
});

test("notes of earlier results never change as the conversation grows", () => {
  const lines = [pods, service, service, read, edit("cart"), failed, takeBack, read, edit("web"), passed];
  const whole = guide("forms", selector, ...lines).notes;
  for (let length = 1; length <= lines.length; length++)
    for (const [id, note] of guide("forms", selector, ...lines.slice(0, length)).notes) assert.equal(whole.get(id), note);
});
