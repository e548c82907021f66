import assert from "node:assert/strict";
import { test } from "node:test";
import { CloisterError } from "../../error.ts";
import type { Conversation, Turn } from "../../messages/conversation.ts";
import type { Prompt } from "../../prompt/prompt.ts";
import type { RuntimeEvent } from "../runtime.ts";
import { parseScript } from "./script.ts";
import { createScriptedRuntime } from "./scripted.ts";

const lane = { id: "main", kind: "main" } as const;

const script = parseScript(`
name: demo
window: 8192
turns:
  - call: { tool: Bash, input: { command: "kubectl get pods; cd \${workdir}; echo $\${HOME}" } }
  - expect: CrashLoop
    capture: { pod: "^(web-[a-z0-9-]+) " }
    says: I look closer.
    call: { tool: Bash, input: { command: "kubectl describe pod \${pod}", more: ["\${pod}", 1] } }
  - expect: { matches: "memory:\\\\s+64Mi" }
    says: "\${pod} has too little memory."
`);
const runtime = createScriptedRuntime(script, { workdir: "/work" });
const bash = { name: "Bash", description: "", inputSchema: { type: "object" } };
const user: Turn = { role: "user", text: "fix" };
const did: Turn = { role: "assistant", text: "", calls: [{ id: "t", name: "Bash", input: {} }] };
const got = (text: string): Turn => ({ role: "tool", callId: "t", text, failed: false });
const prompt = (turns: readonly Turn[], change: Partial<Conversation> = {}): Prompt => ({
  system: "",
  tools: [bash],
  turns,
  answer: { kind: "anything" },
  maxTokens: 100,
  temperature: 0,
  ...change,
});

async function play(
  turns: readonly Turn[],
  signal = new AbortController().signal,
  change: Partial<Conversation> = {},
): Promise<RuntimeEvent[]> {
  return collect(runtime.run(prompt(turns, change), lane, signal));
}

async function collect(events: AsyncIterable<RuntimeEvent>): Promise<RuntimeEvent[]> {
  const seen: RuntimeEvent[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}

const fails = (work: Promise<unknown>, message: RegExp): Promise<void> =>
  assert.rejects(work, (thrown) => thrown instanceof CloisterError && thrown.code === "bad-request" && message.test(thrown.message));

test("plays the turn that the conversation has come to, with given and captured values, each time the same", async () => {
  const first = await play([user]);
  assert.deepEqual(
    first.map((event) => event.type),
    ["prefill", "prefill", "call", "end"],
  );
  const call = first.find((event) => event.type === "call");
  assert.deepEqual(call?.call, { id: "", name: "Bash", input: { command: "kubectl get pods; cd /work; echo ${HOME}" } });

  const turns = [user, did, got("NAME\nweb-1-x CrashLoopBackOff")];
  for (const again of [1, 2]) {
    const second = await play(turns);
    assert.equal(second.map((event) => (event.type === "text" ? event.text : "")).join(""), "I look closer.", `time ${again}`);
    assert.deepEqual(second.find((event) => event.type === "call")?.call.input, {
      command: "kubectl describe pod web-1-x",
      more: ["web-1-x", 1],
    });
  }
  const third = await play([...turns, did, got("web-2-y \nLimits:\n memory:  64Mi")]);
  assert.equal(
    third.map((event) => (event.type === "text" ? event.text : "")).join(""),
    "web-1-x has too little memory.",
    "captured when it was said",
  );
  const end = third.at(-1);
  assert.ok(end?.type === "end" && end.reason === "end-turn" && end.timing.outputTokens > 0);
});

test("a session that does not go as written fails with the turn named", async () => {
  await fails(play([user, did, got("all Running")]), /demo, turn 2: .*"CrashLoop".*all Running/);
  await fails(play([user, did]), /turn 2: .*no result yet/);
  await fails(play([user, did, got("x CrashLoop")]), /turn 2: .*\$\{pod\}/);
  await fails(play([user, did, did, did]), /turn 4: the script ends after 3 turns/);
  await fails(play([user], undefined, { tools: [] }), /turn 1: the tool Bash is not offered/);
  const unknown = createScriptedRuntime(parseScript("{ name: a, turns: [{ says: '${nothing}' }] }"));
  await fails(collect(unknown.run(prompt([user]), lane, new AbortController().signal)), /\$\{nothing\} has no value/);
});

test("says that it is no model, and counts by estimate", async () => {
  assert.equal(runtime.facts.isModel, false);
  assert.equal(runtime.facts.window, 8192);
  assert.match(runtime.facts.template, /estimated/);
  const short = await runtime.count(prompt([user]));
  assert.ok((await runtime.count(prompt([user, did, got("x".repeat(400))]))) >= short + 100);
});

test("stops when it is aborted, also in the middle of a pause", async () => {
  const slow = createScriptedRuntime(parseScript("{ name: slow, turns: [{ says: done, delayMs: 600000, prefillChunks: 10 }] }"));
  const abort = new AbortController();
  const seen: string[] = [];
  const work = (async (): Promise<void> => {
    for await (const event of slow.run(prompt([user]), lane, abort.signal)) {
      seen.push(event.type);
      setImmediate(() => abort.abort());
    }
  })();
  await assert.rejects(work, (thrown) => thrown instanceof CloisterError && thrown.code === "cancelled");
  assert.deepEqual(seen, ["prefill"]);
});

test("a script that is wrong is refused with the place named", () => {
  const wrong: [string, RegExp][] = [
    ["{ name: a, turns: [] }", /turns/],
    ["{ name: a, turns: [{}] }", /turns\.0: says nothing/],
    ["{ name: a, turns: [{ says: x, sais: y }] }", /turns\.0/],
    ["{ name: a, turns: [{ says: x, capture: { p: '(' } }] }", /turns\.0\.capture\.p/],
    ["{ name: a, turns: [{ call: { tool: Bash } }] }", /turns\.0\.call/],
    ["a: b: c", /not valid YAML/],
  ];
  for (const [text, message] of wrong) {
    assert.throws(
      () => parseScript(text, "play.yaml"),
      (thrown) => thrown instanceof CloisterError && message.test(thrown.message) && thrown.message.startsWith("play.yaml"),
      text,
    );
  }
});
