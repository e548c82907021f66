import assert from "node:assert/strict";
import { test } from "node:test";
import { CloisterError } from "../error.ts";
import { createLanes } from "./lanes.ts";
import type { Conversation } from "../messages/conversation.ts";

const main = { id: "main", kind: "main" } as const;
const side = { id: "side", kind: "side" } as const;
const never = new AbortController().signal;
const failsWith = (work: Promise<unknown>, code: string): Promise<void> =>
  assert.rejects(work, (thrown) => thrown instanceof CloisterError && thrown.code === code);

test("one is inside, the others wait in order, and one who leaves the queue does not let the next in early", async () => {
  const lanes = createLanes(5);
  const order: string[] = [];
  const leaveFirst = await lanes.enter(main, never);
  const giveUp = new AbortController();
  const second = lanes.enter(main, giveUp.signal);
  const third = lanes.enter(main, never).then((leave) => {
    order.push("third");
    leave();
  });
  giveUp.abort();
  await failsWith(second, "cancelled");
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(order.length, 0);
  order.push("first leaves");
  leaveFirst();
  await third;
  assert.deepEqual(order, ["first leaves", "third"]);
  await lanes.idle();
});

test("whoever finds the queue full is sent away", async () => {
  const lanes = createLanes(1);
  const leave = await lanes.enter(main, never);
  const waits = lanes.enter(main, never);
  await failsWith(lanes.enter(main, never), "overloaded");
  leave();
  (await waits)();
  await failsWith(lanes.enter(main, AbortSignal.abort()), "cancelled");
  await lanes.idle();
});

test("another lane does not wait", async () => {
  const lanes = createLanes(5);
  const leave = await lanes.enter(main, never);
  (await lanes.enter(side, never))();
  leave();
  await lanes.idle();
});

test("a conversation keeps its lane; sub-agents, side requests and a compacted conversation have lanes of their own", () => {
  const lanes = createLanes(5);
  const tool = { name: "Bash", description: "", inputSchema: {} };
  const conversation: Conversation = { system: "You are the client.", tools: [tool], turns: [{ role: "user", text: "Mend it." }] };
  const first = lanes.choose(conversation);
  assert.equal(first.kind, "main");
  assert.deepEqual(
    lanes.choose({ ...conversation, turns: [...conversation.turns, { role: "assistant", text: "Yes.", calls: [] }] }),
    first,
  );
  const agent = lanes.choose({
    ...conversation,
    system: "You search files.\n\nNotes:\n- Agent threads always have their cwd reset between bash calls, so …",
    turns: [{ role: "user", text: "Find it." }],
  });
  assert.equal(agent.kind, "sub-agent");
  assert.equal(lanes.choose({ ...conversation, tools: [] }).kind, "side");
  const compacted = lanes.choose({ ...conversation, turns: [{ role: "user", text: "Summary: it was mended." }] });
  assert.equal(compacted.kind, "main");
  assert.equal(new Set([first, agent, compacted].map(({ id }) => id)).size, 3);
  assert.equal(createLanes(5).choose(conversation).id, first.id, "in another process, too");
});

test("a sub-agent that the client names has a lane of its own, also beside one with the same task", () => {
  const lanes = createLanes(5);
  const tool = { name: "Bash", description: "", inputSchema: {} };
  const conversation: Conversation = { system: "You help.", tools: [tool], turns: [{ role: "user", text: "Find it." }] };
  const [one, two] = [lanes.choose(conversation, "a1"), lanes.choose(conversation, "a2")];
  assert.equal(one.kind, "sub-agent");
  assert.notEqual(one.id, two.id);
  assert.deepEqual(lanes.choose({ ...conversation, tools: [tool, { ...tool, name: "Read" }] }, "a1"), one, "tools may come and go");
});

test("a summary that is asked for in other words than the main conversation's is one more turn of it", () => {
  const lanes = createLanes(5);
  const tool = { name: "Bash", description: "", inputSchema: {} };
  const main: Conversation = {
    system: "You help.",
    tools: [tool, { ...tool, name: "Read" }],
    turns: [
      { role: "user", text: "<system-reminder>\nUse tabs.\n</system-reminder>\n\nMend it." },
      { role: "assistant", text: "Done.", calls: [] },
    ],
  };
  const wish = { role: "user", text: "Your task is to create a detailed summary of the conversation so far." } as const;
  const asked: Conversation = {
    system: "You summarise.",
    tools: [tool],
    turns: [{ role: "user", text: "Mend it." }, main.turns[1]!, wish],
  };
  assert.equal(lanes.joinSummary(asked), asked, "nothing is known yet");
  const lane = lanes.choose({ ...main, turns: main.turns.slice(0, 1) });
  const joined = lanes.joinSummary(asked);
  assert.deepEqual(joined, { ...main, turns: [...main.turns, wish] });
  assert.deepEqual(lanes.choose(joined), lane);
  const question: Conversation = { ...asked, turns: asked.turns.slice(0, 1) };
  assert.equal(lanes.joinSummary(question), question);
  const stranger: Conversation = { ...asked, turns: [{ role: "user", text: "Something else." }, wish] };
  assert.equal(lanes.joinSummary(stranger), stranger);
});
