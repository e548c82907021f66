import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { dirname, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { readClientStream, type ClientEvent } from "../src/client/client-stream.ts";
import { chooseClient, findClients, type FoundClient } from "../src/client/find-clients.ts";
import { planLaunch, type LaunchProfile } from "../src/client/plan-launch.ts";
import { writeLaunchFiles } from "../src/client/write-launch-files.ts";
import { openSession } from "./sealed-session.ts";

const packageRoot = resolve(import.meta.dirname, "../..");
const token = "session-token";
const model = "stub-model";

type Block = { type: "text"; text: string } | { type: "tool_use"; id: string; name: string; input: object };

function frame(type: string, data: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}

/** One answer of the Messages API with one block, as events. */
function answer(block: Block): Response {
  const stopReason = block.type === "text" ? "end_turn" : "tool_use";
  const start = block.type === "text" ? { type: "text", text: "" } : { ...block, input: {} };
  const delta =
    block.type === "text"
      ? { type: "text_delta", text: block.text }
      : { type: "input_json_delta", partial_json: JSON.stringify(block.input) };
  const message = { id: "msg_1", type: "message", role: "assistant", model, content: [], stop_reason: null, stop_sequence: null };
  const frames = [
    frame("message_start", { message: { ...message, usage: { input_tokens: 10, output_tokens: 1 } } }),
    frame("content_block_start", { index: 0, content_block: start }),
    frame("content_block_delta", { index: 0, delta }),
    frame("content_block_stop", { index: 0 }),
    frame("message_delta", { delta: { stop_reason: stopReason, stop_sequence: null }, usage: { output_tokens: 5 } }),
    frame("message_stop", {}),
  ];
  return new Response(frames.join(""), { headers: { "content-type": "text/event-stream" } });
}

interface SeenRequest {
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

/** Asks for one Bash command; when its result is there it says so. The first request fails as it does when the engine dies. */
function stubGateway(command: string, seen: SeenRequest[]): (request: Request) => Promise<Response> {
  return async (request) => {
    const { pathname: path } = new URL(request.url);
    const body = await request.text();
    seen.push({ path, headers: request.headers, body });
    if (path !== "/v1/messages") return Response.json({});
    if (seen.filter((each) => each.path === path).length === 1)
      return Response.json({ type: "error", error: { type: "overloaded_error", message: "The engine was lost." } }, { status: 529 });
    if (body.includes('"tool_result"')) return answer({ type: "text", text: "It is done." });
    return answer({ type: "tool_use", id: "toolu_1", name: "Bash", input: { command, description: "Look around" } });
  };
}

async function runClient(client: FoundClient, profile: LaunchProfile, task: string, command: string) {
  const seen: SeenRequest[] = [];
  const session = await openSession(
    { "gateway.internal": stubGateway(command, seen) },
    { readable: [dirname(process.execPath), client.folder] },
  );
  try {
    const launch = planLaunch({
      client,
      mode: { kind: "run", task },
      profile,
      model,
      gatewayUrl: "http://gateway.internal",
      token,
      configFolder: session.configFolder,
      workDir: session.workDir,
      window: 32_768,
      maxOutput: 1_024,
      pathFolders: [dirname(process.execPath), "/usr/bin", "/bin"],
    });
    await writeLaunchFiles(launch);
    const sealed = await session.seal.run(launch, { stdio: "pipe" });
    const errors = sealed.stderr === null ? "" : text(sealed.stderr);
    const events: ClientEvent[] = [];
    if (sealed.stdout !== null) for await (const event of readClientStream(sealed.stdout)) events.push(event);
    return { events, seen, exit: await sealed.exited, errors: await errors, refusals: session.seal.refusals(), workDir: session.workDir };
  } finally {
    await session.close();
  }
}

const found = await findClients({
  searchPath: process.env["PATH"] ?? "",
  packageRoot,
  node: process.execPath,
  tempRoot: tmpdir(),
});

for (const version of ["2.1.84", "latest"]) {
  const client = found.length === 0 ? undefined : chooseClient(found, found.some((each) => each.version === version) ? version : "latest");
  const skip =
    client === undefined || (version !== "latest" && client.version !== version) ? `client ${version} is not on this machine` : false;

  test(`client ${version}, sealed, runs a command and comes to its end`, { skip }, async () => {
    assert.ok(client !== undefined);
    const task = "--look where you are; it's `quoted` $HOME";
    const { events, seen, exit, errors, refusals, workDir } = await runClient(
      client,
      { kind: "incident", systemPrompt: "You are terse." },
      task,
      'echo "$PWD $ANTHROPIC_API_KEY"; curl -sS -o /dev/null https://api.anthropic.com/',
    );
    assert.equal(exit.code, 0, errors);
    assert.deepEqual(
      events.map(({ type }) => type),
      ["start", "call", "result", "said", "end"],
    );
    const [start, , result, said, end] = events;
    assert.ok(start?.type === "start" && start.version === client.version && start.model === model);
    assert.deepEqual([...start.tools].sort(), ["Bash", "Edit", "Read"]);
    assert.ok(result?.type === "result" && result.failed);
    assert.match(result.text, new RegExp(workDir));
    assert.match(result.text, /403/);
    assert.ok(said?.type === "said" && said.text === "It is done.");
    assert.ok(end?.type === "end" && !end.failed && end.reason === "success");

    const messages = seen.filter(({ path }) => path === "/v1/messages");
    assert.equal(messages.length, 3, "the turn that failed is asked for again, and nothing else is asked");
    for (const { headers, body } of messages) {
      assert.equal(headers.get("authorization"), `Bearer ${token}`);
      assert.equal(headers.get("x-api-key"), null);
      const request = JSON.parse(body) as { model: string; max_tokens: number; thinking?: unknown };
      assert.deepEqual([request.model, request.max_tokens, request.thinking], [model, 1_024, undefined]);
      assert.ok(body.includes(JSON.stringify(task).slice(1, -1)));
      assert.doesNotMatch(body, /x-anthropic-billing-header|total_tokens/);
    }
    assert.deepEqual(refusals, [{ host: "api.anthropic.com", port: 443, what: "not-allowed", count: 1 }], "only what the command tried");
  });

  test(`client ${version}, sealed, with its own prompt: what else it tries to reach is listed`, { skip }, async () => {
    assert.ok(client !== undefined);
    const { events, exit, errors, refusals } = await runClient(client, { kind: "code" }, "Look around.", "true");
    assert.equal(exit.code, 0, errors);
    assert.ok(events.at(-1)?.type === "end");
    const expected = client.version === "2.1.84" ? ["raw.githubusercontent.com"] : [];
    assert.deepEqual(
      refusals.map(({ host }) => host),
      expected,
    );
  });
}
