import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, stat } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { finish, onStage, start } from "./cli-stage.ts";

/** `cloister serve` as people start it, in front of a server that they have: the program, its ready line, its file of variables, its end. */

interface Ready {
  readonly url: string;
  readonly socket?: string;
  readonly env: string;
  readonly facts: { readonly runtime: string; readonly model: string; readonly window: number; readonly can: Record<string, boolean> };
}

interface Answered {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** As little of OpenAI's dialect as a server can speak. */
async function openAiServer(): Promise<{ readonly url: string; readonly turns: () => number; close(): void }> {
  let turns = 0;
  const json = (response: ServerResponse, value: unknown, status = 200): void =>
    void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (piece: Buffer) => (text += piece.toString()));
    request.on("end", () => {
      if (request.url === "/v1/models") return json(response, { data: [{ id: "fake", max_model_len: 4096 }] });
      if (request.url !== "/v1/chat/completions") return json(response, {}, 404);
      const body = JSON.parse(text) as { stream: boolean; return_progress?: boolean };
      const usage = { prompt_tokens: Math.ceil(text.length / 4), completion_tokens: 2 };
      if (!body.stream) return json(response, { choices: [{ message: { content: "ok" } }], usage });
      if (body.return_progress === true) return json(response, { error: { message: "unknown parameter" } }, 400);
      turns++;
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const event of [
        { choices: [{ index: 0, delta: { content: "Hello." }, finish_reason: null }] },
        { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
        { choices: [], usage },
      ])
        response.write(`data: ${JSON.stringify(event)}\n\n`);
      response.end("data: [DONE]\n\n");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    turns: () => turns,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

test("serve puts the gateway before a server that is there, says where and what it can do, and ends when it is told to", async () => {
  const server = await openAiServer();
  try {
    await onStage(async (stage) => {
      const child = start(stage, ["serve", "--runtime", "openai", "--url", `${server.url}/v1`, "--json"]);
      let ready: Ready | undefined;
      const answers: Answered[] = [];
      let tried: Promise<void> | undefined;
      const ended = await finish(child, (soFar) => {
        if (tried !== undefined || !soFar.includes("\n")) return;
        ready = JSON.parse(soFar) as Ready;
        tried = ask(ready, answers).finally(() => child.kill("SIGTERM"));
      });
      await tried;
      assert.ok(ready !== undefined, ended.said);
      assert.equal(ended.code, 0, ended.said);
      assert.equal(ended.out.trim().split("\n").length, 1, "one line of JSON and nothing else");
      assert.deepEqual([ready.facts.runtime, ready.facts.model, ready.facts.window], ["openai", "fake", 4096]);
      assert.deepEqual([ready.facts.can["grammar"], ready.facts.can["count"], ready.facts.can["store"]], [false, false, false]);
      const [refused, counted, answered] = answers;
      assert.equal(refused?.status, 401);
      assert.equal(counted?.status, 200);
      assert.ok(Number(counted?.body["input_tokens"]) > 0);
      assert.equal(answered?.status, 200, JSON.stringify(answered?.body));
      assert.deepEqual(answered?.body["content"], [{ type: "text", text: "Hello." }]);
      assert.equal(server.turns(), 1);
      await assert.rejects(fetch(ready.url), "nobody listens any more");
    });
  } finally {
    server.close();
  }
});

/** Without the token, then with what the file of variables says. */
async function ask({ url, env }: Ready, answers: Answered[]): Promise<void> {
  assert.equal((await stat(env)).mode & 0o777, 0o600, "the token is this user's alone");
  const variables = Object.fromEntries(
    [...(await readFile(env, "utf8")).matchAll(/^(\w+)='(.*)'$/gm)].map(([, name, value]) => [name, value] as const),
  );
  assert.deepEqual([variables["ANTHROPIC_BASE_URL"], variables["ANTHROPIC_MODEL"]], [url, "fake"]);
  const question = { model: "fake", max_tokens: 20, messages: [{ role: "user", content: "hi" }] };
  for (const [path, key] of [
    ["/v1/messages", "wrong"],
    ["/v1/messages/count_tokens", variables["ANTHROPIC_AUTH_TOKEN"]],
    ["/v1/messages", variables["ANTHROPIC_AUTH_TOKEN"]],
  ] as const) {
    const response = await fetch(`${url}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${key ?? ""}` },
      body: JSON.stringify(question),
    });
    answers.push({ status: response.status, body: (await response.json()) as Answered["body"] });
  }
}

test("serve says in one line what it lacks: a URL, a server behind it, a model's name", async () => {
  const gone = await openAiServer();
  gone.close();
  await onStage(async (stage) => {
    for (const [args, code, words] of [
      [["--runtime", "openai"], 2, /--runtime openai needs --url/],
      [["--runtime", "ollama", "--url", gone.url], 2, /--runtime ollama needs --model/],
      [["--url", gone.url], 2, /--url goes with --runtime/],
      [["--runtime", "openai", "--url", `${gone.url}/v1`], 4, /No .+ answers at http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\)/],
      [["--runtime", "llama-server", "--url", gone.url], 4, /No .+ answers at/],
      [["--runtime", "telepathy"], 2, /--runtime/],
    ] as const) {
      const ended = await finish(start(stage, ["serve", ...args]));
      assert.equal(ended.code, code, `${args.join(" ")}: ${ended.said}`);
      assert.match(ended.said, words);
      assert.equal(ended.out, "");
      assert.ok(!/^\s+at /m.test(ended.said), "no stack");
    }
    await assert.rejects(stat(join(stage.home, "sessions")), "no session was begun");
  });
});
