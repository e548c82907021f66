import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { madeUpResults, type ResultText } from "../bench/drive-session.ts";
import { absentModel, engines, modelFile, until } from "./engine-stage.ts";

/** A session that is longer than its window, and whose gateway and engine are killed with SIGKILL in the middle of an answer behind an epoch. */

const model = "smollm2-135m";
const window = 2048;
const calls = 10;
/** Turns, from 0: by then results were cleared at least once, and the session goes on for some turns more. */
const killedIn = 7;
const token = "token-of-this-test";

interface GatewayProcess {
  readonly url: string;
  readonly pid: number;
  /** Clearings so far. */
  epochs(): number;
  stop(signal: NodeJS.Signals): Promise<void>;
}

async function startGateway(stateFolder: string): Promise<GatewayProcess> {
  const program = join(import.meta.dirname, "gateway-process.js");
  const child = spawn(process.execPath, [program, modelFile(model), String(window), stateFolder, token], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let url = "";
  let epochs = 0;
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line === "epoch") epochs++;
    else url = line;
  });
  const stop: GatewayProcess["stop"] = async (signal) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  };
  try {
    await until(() => url !== "" || child.exitCode !== null, "the gateway is ready");
    assert.notEqual(url, "", "the gateway ended before it was ready");
  } catch (error) {
    await stop("SIGKILL");
    throw error;
  }
  return { url, pid: child.pid ?? 0, epochs: () => epochs, stop };
}

interface Answered {
  readonly text: string;
  /** Tokens of the prompt that were evaluated, and those that came from state. */
  readonly evaluated: number;
  readonly kept: number;
}

async function post(gateway: GatewayProcess, messages: readonly object[], stream: boolean): Promise<Response> {
  const tools = [
    { name: "Bash", description: "Runs a command.", input_schema: { type: "object", properties: { command: { type: "string" } } } },
  ];
  const body = JSON.stringify({ model: "any", max_tokens: 24, temperature: 0, tools, tool_choice: { type: "none" }, messages, stream });
  const response = await fetch(`${gateway.url}/v1/messages`, { method: "POST", headers: { authorization: `Bearer ${token}` }, body });
  assert.equal(response.status, 200, response.status === 200 ? "" : await response.text());
  return response;
}

async function ask(gateway: GatewayProcess, messages: readonly object[]): Promise<Answered> {
  const response = await post(gateway, messages, false);
  const { content, usage } = (await response.json()) as {
    content: readonly { text?: string }[];
    usage: { input_tokens: number; cache_read_input_tokens: number };
  };
  const text = content.map((block) => block.text ?? "").join("");
  return { text, evaluated: usage.input_tokens, kept: usage.cache_read_input_tokens };
}

/** Asks for a stream and comes back in the middle of its answer. */
async function askAndLeave(gateway: GatewayProcess, messages: readonly object[]): Promise<void> {
  const { body } = await post(gateway, messages, true);
  assert.ok(body);
  let soFar = "";
  for await (const piece of body.pipeThrough(new TextDecoderStream())) {
    soFar += piece;
    if (soFar.includes("text_delta")) return;
  }
  assert.fail(`the stream ended without a word of an answer: ${soFar}`);
}

/** What the client sends after `answer`: the words, a call that stands for the client's work, and what it printed. */
function followed(messages: readonly object[], answer: string, result: ResultText, call: number): readonly object[] {
  const id = `call-${call}`;
  return [
    ...messages,
    {
      role: "assistant",
      content: [
        { type: "text", text: answer },
        { type: "tool_use", id, name: "Bash", input: { command: result.command } },
      ],
    },
    { role: "user", content: [{ type: "tool_result", tool_use_id: id, content: result.text, is_error: result.failed }] },
  ];
}

test("killed in the middle of a long session, behind an epoch: the same answers, and no full prefill", async (t) => {
  const absent = absentModel(model);
  if (absent !== undefined) return t.skip(absent);
  const folder = mkdtempSync(join(tmpdir(), "cloister-killed-"));
  const running: GatewayProcess[] = [];
  const open = async (states: string): Promise<GatewayProcess> => {
    const gateway = await startGateway(join(folder, states));
    running.push(gateway);
    return gateway;
  };
  try {
    const results = await madeUpResults(calls, 2.2 * window, {
      countTexts: (texts) => Promise.resolve(texts.map((text) => Math.ceil(text.length / 2.4))),
    });
    const begin: readonly object[] = [{ role: "user", content: "The pods of the namespace shop restart. Find out why." }];

    const whole = await open("whole");
    const expected: Answered[] = [];
    let messages = begin;
    for (const [call, result] of results.entries()) {
      const answer = await ask(whole, messages);
      expected.push(answer);
      if (call === killedIn) assert.ok(whole.epochs() > 0, "results were cleared before the kill");
      messages = followed(messages, answer.text, result, call);
    }
    await whole.stop("SIGTERM");

    let gateway = await open("killed");
    messages = begin;
    for (const [call, result] of results.entries()) {
      if (call === killedIn) {
        await askAndLeave(gateway, messages);
        // The engine first: left alone it would save what it has.
        const pids = engines(gateway.pid);
        assert.equal(pids.length, 1);
        for (const pid of pids) process.kill(pid, "SIGKILL");
        await gateway.stop("SIGKILL");
        gateway = await open("killed");
      }
      const answer = await ask(gateway, messages);
      t.diagnostic(
        `turn ${call + 1}: evaluated ${answer.evaluated}, kept ${answer.kept}; uninterrupted ${expected[call]?.evaluated ?? "?"}`,
      );
      assert.equal(answer.text, expected[call]?.text, `turn ${call + 1}`);
      assert.equal(answer.evaluated, expected[call]?.evaluated, `turn ${call + 1}: tokens evaluated`);
      assert.equal(answer.kept, expected[call]?.kept, `turn ${call + 1}: tokens kept`);
      messages = followed(messages, answer.text, result, call);
    }
  } finally {
    for (const gateway of running) await gateway.stop("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  }
});
