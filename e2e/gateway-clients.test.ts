import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { CloisterError } from "../src/error.ts";
import type { GatewayLimits } from "../src/gateway/options.ts";
import type { Conversation } from "../src/messages/conversation.ts";
import { parseRequest } from "../src/messages/request.ts";
import { canonicalise } from "../src/prompt/canonical.ts";
import { applyDiet, dietOf } from "../src/prompt/diet.ts";
import type { Runtime } from "../src/runtime/runtime.ts";
import { end, fakeRuntime, scripted, serveGateway, type Served, token } from "./gateway-fixture.ts";
import { isInstalled, type RealClient, realClients, startClient } from "./real-client.ts";

interface Finished {
  readonly status: number | null;
  /** The last line of the client's stream-json: how the session ended. */
  readonly result: { readonly is_error: boolean; readonly result: string };
}

/** Runs the client in `folder` on one task. */
async function runClient(client: RealClient, served: Served, folder: string, flags: readonly string[]): Promise<Finished> {
  const home = await mkdtemp(join(tmpdir(), "cloister-home-"));
  const task = ["-p", "fix the thing", "--model", "test-model", "--dangerously-skip-permissions"];
  const child = startClient(client, {
    folder,
    home,
    url: served.listening.url,
    token,
    flags: [...task, "--output-format", "stream-json", "--verbose", ...flags],
  });
  child.stdin.end();
  try {
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const status = await new Promise<number | null>((done, fail) => {
      child.once("error", fail);
      child.once("close", done);
    });
    const results = output
      .split("\n")
      .flatMap((line) => (line.includes('"type":"result"') ? [JSON.parse(line) as Finished["result"]] : []));
    const result = results.at(-1);
    assert.ok(result !== undefined, `the client ended without a result: ${output.slice(-2000)}`);
    return { status, result };
  } finally {
    child.kill("SIGKILL");
    await rm(home, { recursive: true, force: true });
  }
}

async function inSession(
  t: TestContext,
  client: RealClient,
  runtimeFor: (folder: string) => Runtime,
  flags: readonly string[],
  work: (served: Served, finished: Finished, folder: string) => Promise<void> | void,
  limits: Partial<GatewayLimits> = {},
): Promise<void> {
  if (!isInstalled(client)) return t.skip(`client ${client.version} is not installed`);
  const folder = await mkdtemp(join(tmpdir(), "cloister-work-"));
  const served = await serveGateway(runtimeFor(folder), { diet: dietOf("code"), limits });
  try {
    await writeFile(join(folder, "a.txt"), "one\n");
    await work(served, await runClient(client, served, folder, flags), folder);
  } finally {
    await served.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const small = ["--bare", "--tools", "Bash,Read,Edit", "--system-prompt", "You fix incidents."];

const session = `
name: session
turns:
  - says: I look first.
    call: { tool: Bash, input: { command: "echo pod-7f3a is down; date" } }
  - expect: { matches: "^pod-\\\\w+ is down$" }
    capture: { pod: "(pod-\\\\w+) is" }
    call: { tool: Bash, input: { command: "ls /nowhere/\${pod}" } }
  - expect: /nowhere/pod-7f3a
    says: Two things at once.
    call:
      - { tool: Bash, input: { command: "sleep 0.3; echo slow" } }
      - { tool: Read, input: { file_path: "\${workdir}/a.txt" } }
  - expect: one
    call: { tool: Edit, input: { file_path: "\${workdir}/a.txt", old_string: one, new_string: two } }
  - expect: has been updated
    says: The file is mended.
`;

for (const client of realClients) {
  for (const [mode, flags] of [
    ["as cloister starts it", small],
    ["as it comes", []],
  ] as const) {
    test(`client ${client.version}, ${mode}, plays a session, and each turn's conversation is a prefix of the next one's`, async (t) => {
      await inSession(
        t,
        client,
        (folder) => scripted(session, { workdir: folder }),
        flags,
        async (served, { status, result }, folder) => {
          assert.deepEqual([status, result.is_error, result.result], [0, false, "The file is mended."]);
          assert.equal(await readFile(join(folder, "a.txt"), "utf8"), "two\n");
          const conversations = served.bodies.map((body) => canonicalise(parseRequest(body))).filter(({ tools }) => tools.length > 0);
          assert.equal(conversations.length, 5);
          for (const [index, next] of conversations.entries()) if (index > 0) assertPrefix(conversations[index - 1], next);

          const last = conversations[4]?.turns ?? [];
          assert.deepEqual(
            last.filter((turn) => turn.role === "tool").map((turn) => turn.failed),
            [false, true, false, false, false],
          );
          const two = last.findIndex((turn) => turn.role === "assistant" && turn.calls.length === 2);
          const [slow, file] = [last[two + 1], last[two + 2]];
          assert.ok(slow?.role === "tool" && slow.text === "slow", "results stand in the order of their calls");
          assert.ok(file?.role === "tool" && /^ *1\W+one\n/.test(file.text));
          const edit = last.findLast((turn) => turn.role === "assistant");
          assert.deepEqual(edit?.calls[0]?.input, { file_path: join(folder, "a.txt"), old_string: "one", new_string: "two" });
          const all = JSON.stringify(conversations);
          for (const noise of ["x-anthropic-billing-header", "cache_control", "currentDate", "gitStatus", "malware, what it is doing"]) {
            assert.ok(!all.includes(noise), `${noise} is left`);
          }
          const results = served.events.filter((event) => event.type === "result");
          assert.deepEqual(
            results.map((event) => event.failed),
            [false, true, false, false, false],
          );
          assert.ok(results.every((event) => event.ms >= 0));
        },
      );
    });
  }
}

test("both clients, started small, come to the same prompt on the first turn, tools and all", async (t) => {
  const seen: Conversation[] = [];
  const hello = "{ name: hello, turns: [{ says: Hello. }] }";
  for (const client of realClients) {
    await inSession(
      t,
      client,
      () => scripted(hello),
      small,
      (served) => {
        seen.push(applyDiet(canonicalise(parseRequest(served.bodies[0] ?? "")), dietOf("incident")));
      },
    );
  }
  const [first, second] = seen;
  if (first === undefined || second === undefined) return t.skip("needs both clients");
  assert.equal(JSON.stringify(second), JSON.stringify(first));
  assert.equal(first.tools.length, 3);
});

/** The prefix property, byte for byte. */
function assertPrefix(earlier: Conversation | undefined, later: Conversation): void {
  assert.ok(earlier);
  assert.equal(JSON.stringify([later.system, later.tools]), JSON.stringify([earlier.system, earlier.tools]));
  assert.equal(JSON.stringify(later.turns.slice(0, earlier.turns.length)), JSON.stringify(earlier.turns));
  assert.ok(later.turns.length > earlier.turns.length);
}

/** Where in its second turn the engine dies, once. */
const deaths = ["at once", "while the prompt is evaluated", "in the middle of a word", "in silence"] as const;

for (const client of realClients) {
  for (const death of deaths) {
    test(`client ${client.version} tries again when the engine dies ${death}, and the session goes on`, async (t) => {
      let turns = 0;
      const runtime = fakeRuntime(async function* () {
        turns++;
        if (turns === 2) {
          if (death === "at once") throw lost();
          yield { type: "prefill", done: 0, total: 10, cached: 0 };
          // The first event lets the headers go, so this failure comes after message_start.
          await new Promise((done) => setTimeout(done, 100));
          if (death === "in the middle of a word") yield { type: "text", text: "I th" };
          if (death === "in silence") return;
          throw lost();
        }
        if (turns === 1) yield { type: "call", call: { id: "", name: "Bash", input: { command: "echo hi" } } };
        else yield { type: "text", text: "Closed." };
        yield end(turns === 1 ? "tool-use" : "end-turn");
      });
      await inSession(
        t,
        client,
        () => runtime,
        small,
        (served, { status, result }) => {
          assert.deepEqual([status, result.is_error, result.result], [0, false, "Closed."]);
          assert.equal(turns, 3);
          const failure = served.events.find((event) => event.type === "failure");
          assert.ok(failure?.type === "failure" && failure.code === "engine-lost");
          assert.equal(served.events.filter((event) => event.type === "result").length, 1, "a result that is sent twice is told once");
        },
      );
    });
  }
}

function lost(): CloisterError {
  return new CloisterError("engine-lost", "The engine's process died; the turn can be tried again.");
}

for (const client of realClients) {
  for (const slow of [false, true]) {
    test(`client ${client.version} knows a prompt over the window when it is told ${slow ? "after message_start" : "at once"}`, async (t) => {
      const fake = fakeRuntime(async function* () {
        yield end();
      });
      const count = async (): Promise<number> => {
        if (slow) await new Promise((done) => setTimeout(done, 200));
        return 5000;
      };
      await inSession(
        t,
        client,
        () => ({ ...fake, count }),
        small,
        (_, { result }) => {
          assert.ok(result.is_error);
          assert.match(result.result, /^Prompt is too long/);
        },
        { headersMs: 50 },
      );
    });
  }
}
