import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import type { Answer, Form } from "../messages/answer.ts";
import type { Conversation, JsonObject, Turn } from "../messages/conversation.ts";
import { createGuide } from "./guide.ts";
import { type GuidanceLevel, parseRunbook } from "./runbook.ts";

const file = join(resolve(import.meta.dirname, "../../.."), "src/runbook/fixtures/by-evidence-alone.yaml");
const runbook = parseRunbook(readFileSync(file, "utf8"), file);
const facts = { namespace: "shop", workdir: "/w/payments" };

type Line = readonly [tool: string, input: JsonObject, output: string, failed?: boolean];
const bash = (command: string, output: string, failed = false): Line => ["Bash", { command }, output, failed];

function conversation(...lines: readonly Line[]): Conversation {
  const turns: Turn[] = [{ role: "user", text: "payments keeps restarting" }];
  for (const [index, [name, input, text, failed]] of lines.entries()) {
    turns.push(
      { role: "assistant", text: "", calls: [{ id: `c${index}`, name, input }] },
      { role: "tool", callId: `c${index}`, text, failed: failed === true },
    );
  }
  return { system: "", tools: [], turns };
}

const guide = (level: GuidanceLevel, ...lines: readonly Line[]) => createGuide({ runbook, level, facts })(conversation(...lines));

/** A form as a person would read it: slots as `<1..9>`. */
function spell(form: Form): string {
  return form.arguments
    .map((argument) =>
      argument.value
        .map((piece) =>
          piece.kind === "fixed"
            ? piece.text
            : piece.kind === "choice"
              ? `<${piece.of.join("|")}>`
              : `<${piece.slot.min}..${piece.slot.max}>`,
        )
        .join(""),
    )
    .join(" | ");
}
function spelled(answer: Answer): readonly string[] {
  assert.equal(answer.kind, "forms");
  return answer.kind === "forms" ? answer.forms.map(spell) : [];
}

const pods = bash(
  "kubectl get pods -n shop",
  `NAME                        READY   STATUS             RESTARTS        AGE
cart-6c5d5f7d9b-2xkqz       1/1     Running            1 (26d ago)     40d
payments-7d4b9c6f5d-4zx8m   0/1     CrashLoopBackOff   7 (2m11s ago)   14m`,
);
const describe = bash("kubectl describe pod payments-7d4b9c6f5d-4zx8m -n shop", "Last State: Terminated\n  Reason: OOMKilled");
const logs = bash("kubectl logs payments-7d4b9c6f5d-4zx8m -n shop --previous --tail=30", "rates loaded, rss 61 MiB");
const cause = bash('echo "Root cause: the limit is 64Mi."', "Root cause: the limit is 64Mi.");
const files = bash("git ls-files", "Dockerfile\ndeploy/payments.yaml\ndeploy/config.yaml\nsrc/server.js");
const manifest: Line = [
  "Read",
  { file_path: "/w/payments/deploy/payments.yaml" },
  `     1→apiVersion: apps/v1
     2→spec:
     3→  replicas: 2
     4→        - name: payments
     5→          image: registry.internal/acme/payments:1.8.2
     6→          resources:
     7→            requests:
     8→              memory: 64Mi
     9→            limits:
    10→              memory: 64Mi

<system-reminder>nothing</system-reminder>`,
];
const edit: Line = [
  "Edit",
  {
    file_path: "/w/payments/deploy/payments.yaml",
    old_string: "limits:\n              memory: 64Mi",
    new_string: "limits:\n              memory: 256Mi",
  },
  "The file has been updated.",
];
const push = bash('git checkout -b fix/memory && git commit -am "Raise the limit" && git push -u origin HEAD', "branch set up");
const pull = bash('gh pr create --title "Raise" --body "x"', "https://forge.internal/acme/payments/pull/1");

test("the first step offers its one command", () => {
  const { answer, step, opening } = guide("forms");
  assert.deepEqual(spelled(answer), ["kubectl get pods -n shop"]);
  assert.deepEqual(step, { id: "survey", title: "See which pods are unhealthy", index: 1, of: 9 });
  assert.match(opening ?? "", /Next: list the pods/);
});

test("looks take their names from the evidence, unhealthy pods first, and nothing twice", () => {
  assert.deepEqual(spelled(guide("forms", pods).answer), [
    "kubectl describe pod payments-7d4b9c6f5d-4zx8m -n shop",
    "kubectl logs payments-7d4b9c6f5d-4zx8m -n shop --previous --tail=30",
    "kubectl get events -n shop --field-selector involvedObject.name=payments-7d4b9c6f5d-4zx8m",
  ]);
  assert.equal(spelled(guide("forms", pods, describe).answer).length, 2);
});

test("a form that says `once` is not offered for another pod after it succeeded, and is after it failed", () => {
  const both: Line = [pods[0], pods[1], `${pods[2]}\npayments-7d4b9c6f5d-9abcd   0/1     CrashLoopBackOff   7 (2m11s ago)   14m`];
  assert.equal(spelled(guide("forms", both).answer).filter((form) => form.includes("describe")).length, 2);
  assert.equal(spelled(guide("forms", both, describe).answer).filter((form) => form.includes("describe")).length, 0);
  const failed: Line = [describe[0], describe[1], "Exit code 1", true];
  assert.equal(spelled(guide("forms", both, failed).answer).filter((form) => form.includes("describe")).length, 1);
});

test("with every pod healthy all of them may be looked at", () => {
  const healthy = bash("kubectl get pods -n shop", pods[2].replace("CrashLoopBackOff", "Running         "));
  assert.equal(spelled(guide("forms", healthy).answer).length, 6);
});

test("a command that failed finishes no step, also where its exit status was hidden", () => {
  const failed = guide(
    "forms",
    pods,
    describe,
    bash("kubectl logs payments-7d4b9c6f5d-4zx8m -n shop --previous --tail=30", "Exit code 1", true),
  );
  assert.equal(failed.step?.id, "evidence");
  assert.match(failed.notes.get("c2") ?? "", /failed and changed nothing/);
  const hidden = guide("steps", bash("kubectl get pods -n shop; true", "Error from server (Forbidden): no"));
  assert.equal(hidden.step?.id, "survey");
});

test("a file that is not there is answered with those that are, the likeliest first", () => {
  const manifests = ["deploy/config.yaml", "deploy/cart/deployment.yaml", "deploy/payments/deployment.yaml"];
  const read: Line = ["Read", { file_path: "deploy/deployment/payments.yaml" }, "File does not exist. Note: …", true];
  const { notes } = createGuide({ runbook, level: "steps", facts: { ...facts, manifests } })(conversation(read));
  assert.match(
    notes.get("c0") ?? "",
    /^There is no such file\. Below \/w\/payments there are: deploy\/payments\/deployment\.yaml, deploy\/cart/,
  );
  assert.match(guide("steps", read).notes.get("c0") ?? "", /^This failed and changed nothing\. Still to do: /, "where nobody looked");
});

test("a call that fails again is answered with the step's command, where the step has a single one", () => {
  const wrong = bash("kubectl get pod", "Error from server (Forbidden): no", true);
  const { notes } = guide("steps", wrong, wrong);
  assert.match(notes.get("c0") ?? "", /^This failed and changed nothing\. /);
  assert.match(notes.get("c1") ?? "", /^This failed before in the same way\. Run `kubectl get pods -n shop` instead\. Still to do: /);
});

test("an edit keeps the key, and as much before it as makes the line the only one", () => {
  const forms = spelled(guide("forms", pods, describe, logs, cause, files, manifest).answer);
  assert.ok(
    forms.includes(
      "/w/payments/deploy/payments.yaml | requests:\n              memory: 64Mi | requests:\n              memory: <128Mi|256Mi|512Mi>",
    ),
  );
  assert.ok(
    forms.includes(
      "/w/payments/deploy/payments.yaml | limits:\n              memory: 64Mi | limits:\n              memory: <128Mi|256Mi|512Mi>",
    ),
  );
  assert.ok(forms.includes("/w/payments/deploy/payments.yaml | replicas: 2 | replicas: <1..6>"));
  assert.ok(!forms.some((form) => form.includes("apiVersion")));
  assert.equal(forms.at(-1), 'echo "No fault found: <10..120>."');
});

test("an image is one that the evidence shows under the same name", () => {
  const sets = bash(
    "kubectl get rs -n shop -o wide",
    "NAME   IMAGES\na      registry.internal/acme/payments:1.8.1\nb      registry.internal/acme/payments:1.8.2\nc      registry.internal/acme/cart:2.0.0",
  );
  const image = (...lines: readonly Line[]) => spelled(guide("forms", ...lines).answer).filter((form) => form.includes("image:"));
  assert.deepEqual(image(pods, describe, logs, sets, cause, files, manifest), [
    "/w/payments/deploy/payments.yaml | image: registry.internal/acme/payments:1.8.2 | image: <registry.internal/acme/payments:1.8.1>",
  ]);
  assert.match(image(pods, describe, logs, cause, files, manifest)[0] ?? "", /image: <1\.\.\d+>$/);
});

test("the file as it stands has the edits in it", () => {
  const again = guide("forms", pods, describe, logs, cause, files, manifest, edit, bash("git status", "x"));
  assert.equal(again.step?.id, "publish");
});

test("the way to a pull request ends with its address, said from the record", () => {
  const { answer } = guide("forms", pods, describe, logs, cause, files, manifest, edit, push, pull);
  assert.deepEqual(answer, { kind: "said", text: "Pull request opened: https://forge.internal/acme/payments/pull/1" });
});

test("a push that failed opens no way to a pull request", () => {
  const { step } = guide(
    "forms",
    pods,
    describe,
    logs,
    cause,
    files,
    manifest,
    edit,
    bash(push[1]["command"] as string, "fatal: no", true),
  );
  assert.equal(step?.id, "publish");
});

test("a spent budget ends the work honestly", () => {
  const lines = Array.from({ length: 20 }, (_, index) => bash(`kubectl get pods -n shop --v=${index}`, "Error from server: no", true));
  const { answer } = guide("steps", ...lines);
  assert.equal(answer.kind, "said");
  assert.match(answer.kind === "said" ? answer.text : "", /^No pull request was opened: the budget of 20 calls is spent/);
});

test("no fault found ends the work, and says that nothing was opened", () => {
  const { answer } = guide(
    "forms",
    pods,
    describe,
    logs,
    files,
    manifest,
    bash('echo "No fault found: all pods run"', "No fault found: all pods run"),
  );
  assert.deepEqual(answer, { kind: "said", text: "No fault found: all pods run\n\nNo pull request was opened." });
});

test("a step for one sign is passed over unless a look has shown it", () => {
  assert.equal(guide("forms", pods, describe, logs).step?.id, "diagnose");
  const pull: Line = [describe[0], describe[1], "Reason: ImagePullBackOff"];
  const { step, answer } = guide("forms", pods, pull, logs);
  assert.equal(step?.id, "compare-images");
  assert.deepEqual(spelled(answer), ["kubectl get rs -n shop -o wide"]);
});

test("ten looks end the looking", () => {
  const looks = Array.from({ length: 9 }, (_, index) => bash(`kubectl get deploy -n shop -o name --v=${index}`, "x"));
  assert.equal(guide("steps", pods, ...looks).step?.id, "diagnose");
});

test("notes of earlier results never change as the conversation grows", () => {
  const lines = [pods, describe, describe, logs, cause, files, manifest, edit, push, pull];
  for (const level of ["steps", "forms"] as const) {
    const whole = guide(level, ...lines).notes;
    for (let length = 1; length <= lines.length; length++) {
      for (const [id, note] of guide(level, ...lines.slice(0, length)).notes) assert.equal(whole.get(id), note);
    }
  }
});

test("free says nothing and holds nothing back", () => {
  const { opening, notes, answer } = guide("free", pods, describe);
  assert.deepEqual([opening, notes.size, answer.kind], [undefined, 0, "anything"]);
});

test("a name in the evidence that a shell would take apart is no choice", () => {
  const hostile = bash(
    "kubectl get pods -n shop",
    "NAME         READY   STATUS\n$(reboot)    0/1     Error\n--all        0/1     Error\nok-1         0/1     Error",
  );
  assert.deepEqual(spelled(guide("forms", hostile).answer).slice(0, 1), ["kubectl describe pod ok-1 -n shop"]);
});

test("a runbook with a fault is refused with its line", () => {
  const text = readFileSync(file, "utf8");
  assert.throws(
    () => parseRunbook(text.replace("forms: [get-pods]", "forms: [get-cats]"), "r.yaml"),
    /r\.yaml:\d+: steps\.0\.forms\.0: there is no form named get-cats/,
  );
  assert.throws(() => parseRunbook(text.replace("looks: 10", "looks: many"), "r.yaml"), /r\.yaml:\d+: budget\.looks/);
  assert.throws(() => parseRunbook("a: [", "r.yaml"), /r\.yaml:\d+: not YAML/);
});

test("results that forms read from are named as needed, the same ones whatever follows", () => {
  const needed = (...lines: readonly Line[]): readonly string[] => [...(guide("forms", ...lines).needed ?? [])];
  assert.deepEqual(needed(pods, describe, logs, cause, files, manifest), ["c0", "c3", "c4", "c5"]);
  const all = [pods, bash("git ls-files", "fatal: not a git repository", true), files, manifest, edit];
  for (const end of all.keys()) {
    const then = needed(...all.slice(0, end));
    assert.deepEqual(
      then,
      needed(...all).filter((id) => Number(id.slice(1)) < end),
    );
  }
  assert.deepEqual([...(guide("steps", pods, files).needed ?? [])], [], "without forms the model reads for itself");
});
