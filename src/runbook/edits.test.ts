import assert from "node:assert/strict";
import { test } from "node:test";
import type { Form, Piece } from "../messages/answer.ts";
import { editForms } from "./edits.ts";
import { functionForms } from "./function-edits.ts";
import { structureForms } from "./structure-edits.ts";

/** What a model may write in a file, spelled as a person would read it: slots as `<…>`, a new line as `⏎`. */
function spelled(forms: readonly Form[]): readonly string[] {
  return forms.map(({ arguments: [, old, made] }) => {
    const text = (pieces: readonly Piece[] = []): string =>
      pieces.map((piece) => (piece.kind === "fixed" ? piece.text : piece.kind === "choice" ? `<${piece.of.join("|")}>` : "<…>")).join("");
    return `${text(old?.value)} → ${text(made?.value)}`.replaceAll(/\n */g, "⏎");
  });
}

const values = (text: string, evidence: readonly string[] = []) =>
  spelled(editForms({ id: "e", source: { edit: "value" }, path: "/w/a.yaml", text, evidence, tried: [], only: undefined }));

test("a member of a list gives way to another one; of an option either its name or its value does", () => {
  assert.deepEqual(values("args:\n  - serve\n  - --size=5"), ["- serve → - <…>", "- --size=5 → - --<…>=5", "- --size=5 → - --size=<…>"]);
  assert.deepEqual(values('command: ["nodejs", "src/worker.js"]'), [
    'command: ["nodejs", "src/worker.js"] → command: ["<…>", "src/worker.js"]',
    'command: ["nodejs", "src/worker.js"] → command: ["nodejs", "<…>"]',
    'command: ["nodejs", "src/worker.js"] → command: ["nodejs", "src/worker.js", "<…>"]',
  ]);
});

test("where Kubernetes lists what may stand behind a key that is offered, one more first", () => {
  const all = "update|patch|delete";
  assert.deepEqual(values("verbs: [get, list, watch, create]"), [
    `verbs: [get, list, watch, create] → verbs: [get, list, watch, create, <${all}>]`,
    ...["<…>, list, watch, create", "get, <…>, watch, create", "get, list, <…>, create", "get, list, watch, <…>"].map(
      (members) => `verbs: [get, list, watch, create] → verbs: [${members.replace("<…>", `<${all}>`)}]`,
    ),
  ]);
  assert.deepEqual(values("effect: NoSchedule"), ["effect: NoSchedule → effect: <PreferNoSchedule|NoExecute>"]);
});

test("values that the evidence shows behind the same key come before free ones", () => {
  assert.deepEqual(values("targetPort: 8080", ["  TargetPort: 8181/TCP\n targetPort=9113"]), [
    "targetPort: 8080 → targetPort: <8181/TCP|9113>",
  ]);
  assert.deepEqual(values("tier: public", ["nothing of it"]), ["tier: public → tier: <…>"]);
});

const deployment = `spec:
  tolerations:
    - key: dedicated
      operator: Equal
  containers:
    - name: web
      args:
        - serve
        - --verbose
      livenessProbe:
        httpGet:
          path: /healthz
          port: 8080
        periodSeconds: 5`;

test("near a line a key may be new, a member may come or go, with the indentation of its place", () => {
  const at = (line: number) => spelled(structureForms({ id: "s", path: "/w/a.yaml", text: deployment, at: [line] }));
  assert.deepEqual(
    at(13).filter((one) => one.includes("Seconds: <…>")),
    ["initialDelaySeconds", "timeoutSeconds"].map((key) => `livenessProbe: → livenessProbe:⏎${key}: <…>`),
  );
  assert.ok(at(3).includes("- key: dedicated → - key: dedicated⏎effect: <NoSchedule|PreferNoSchedule|NoExecute>"));
  assert.ok(at(8).includes("- --verbose → - --verbose⏎- <…>"));
  assert.ok(at(8).includes("- serve⏎- --verbose → - serve"), "the line goes");
  const [inserted] = structureForms({ id: "s", path: "/w/a.yaml", text: deployment, at: [13] });
  const piece = inserted?.arguments[2]?.value[0];
  assert.equal(piece?.kind === "fixed" ? piece.text : "", "livenessProbe:\n        initialDelaySeconds: ");
});

const source = `import { x } from "./x.js";

export class Shop {
  constructor(store) {
    this.store = store;
  }

  /** Sells a copy. */
  async reserve(id, customer) {
    const copy = await this.store.read(id);
    if (copy.left === 0) throw new Error("sold out");
    return copy;
  }
}

export const total = (a, b) => {
  return a + b;
};
`;

test("of a source file the bodies of functions may change, the one that the evidence speaks of first", () => {
  const forms = (tried: readonly string[], ...evidence: readonly string[]) =>
    functionForms({
      id: "f",
      path: "/w/shop.js",
      text: source,
      evidence,
      tried: tried.map((made) => ({ file_path: "/w/shop.js", old_string: "", new_string: made })),
    });
  const heads = (list: readonly Form[]) => spelled(list).map((one) => one.split("⏎")[0]);
  assert.deepEqual(heads(forms([], "POST /checkouts 500: copy 40 is sold already")), [
    "  async reserve(id, customer) {",
    "  constructor(store) {",
    "export const total = (a, b) => {",
  ]);
  assert.deepEqual(heads(forms([], "TypeError: total is no function"))[0], "export const total = (a, b) => {");
  const [first] = forms(["export const total = (a, b) => {\n  return a - b;\n};"], "total");
  const slot = first?.arguments[2]?.value[1];
  assert.deepEqual(slot?.kind === "text" ? slot.slot.except : [], ["  return a + b;", "  return a - b;"]);
});
