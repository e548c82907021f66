import type { Guide } from "../src/runbook/guidance.ts";
import type { Runtime } from "../src/runtime/runtime.ts";

/** What one request of a driven session cost, in tokens. */
export interface DrivenTurn {
  /** As `count_tokens` says before. */
  readonly counted: number;
  /** As the answer's usage says. */
  readonly prompt: number;
  readonly cached: number;
  readonly output: number;
}

/** One result is as long as the commands of an incident print: from a line to some pages. */
export interface ResultText {
  readonly command: string;
  readonly text: string;
  readonly failed: boolean;
}

/**
 * Leads the model by the hand: at each turn one command is left to call, so an answer is a few tokens and what is measured is what
 * is read.
 */
export function commandGuide(results: readonly ResultText[]): Guide {
  return ({ turns }) => {
    const done = turns.flatMap((turn) => (turn.role === "tool" ? [turn.callId] : []));
    const next = results[done.length];
    return {
      opening: "One command at a time.",
      notes: new Map(done.map((callId, index) => [callId, `${results.length - index - 1} commands are left.`])),
      answer:
        next === undefined
          ? { kind: "words" }
          : {
              kind: "forms",
              forms: [{ id: "next", tool: "Bash", arguments: [{ name: "command", value: [{ kind: "fixed", text: next.command }] }] }],
            },
      step: undefined,
    };
  };
}

/**
 * Log lines, no two the same, `tokens` in all by the model's own tokenizer; spread from a fifth to twice the average; every fifth is a failure, and short.
 * With `longest` the second result is a log that nobody bounded, of so many of the tokens.
 */
export async function madeUpResults(
  calls: number,
  tokens: number,
  runtime: Pick<Runtime, "countTexts">,
  longest = 0,
): Promise<readonly ResultText[]> {
  const unbounded = longest > 0 ? 1 : -1;
  const weights = Array.from({ length: calls }, (_, call) =>
    call === unbounded ? 0 : fails(call) ? 0.1 : 0.2 + ((call * 7919) % 31) / 17,
  );
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return await Promise.all(
    weights.map(async (weight, call) => {
      const lines: string[] = [];
      const wanted = call === unbounded ? longest : Math.round(((tokens - longest) * weight) / all);
      let [counted, perLine] = [0, wanted];
      while (counted < wanted) {
        const more = Math.max(1, Math.floor((wanted - counted) / perLine));
        for (let line = 0; line < more; line++) lines.push(logLine(call, lines.length));
        [counted = 0] = await runtime.countTexts([lines.join("\n")]);
        perLine = Math.ceil(counted / lines.length);
      }
      const failed = fails(call);
      const command = `kubectl logs web-${call}`;
      return { command, text: failed ? `Error: exit code 1\n${lines.join("\n")}` : lines.join("\n"), failed };
    }),
  );
}

function fails(call: number): boolean {
  return call % 5 === 3;
}

function logLine(call: number, line: number): string {
  const at = `${String(call % 24).padStart(2, "0")}:${String(line % 60).padStart(2, "0")}`;
  const levels = ["INFO", "WARN", "DEBUG", "ERROR"];
  return `${at} ${levels[(call + line) % 4]} web-${call}: request ${call * 1000 + line} took ${(line * 37) % 900} ms, ${(line * 13) % 7} retries`;
}

interface Answer {
  readonly content: readonly { readonly type: string; readonly id?: string; readonly name?: string; readonly input?: unknown }[];
  readonly usage: { readonly input_tokens: number; readonly cache_read_input_tokens: number; readonly output_tokens: number };
}

/**
 * Plays the client: asks, "runs" the call that comes back, sends the whole conversation again. `post` sends a body to a route of the gateway and
 * gives what it answered. The last answer is words.
 */
export async function* driveSession(
  results: readonly ResultText[],
  post: (route: string, body: object) => Promise<unknown>,
): AsyncGenerator<DrivenTurn> {
  const bash = { name: "Bash", description: "Runs a command.", input_schema: schema };
  const messages: object[] = [{ role: "user", content: "The pods of the namespace shop restart. Find out why." }];
  for (let turn = 0; turn <= results.length; turn++) {
    const request = { model: "any", tools: [bash], messages };
    const { input_tokens: counted } = (await post("/v1/messages/count_tokens", request)) as { input_tokens: number };
    const { content, usage } = (await post("/v1/messages", { ...request, max_tokens: 64 })) as Answer;
    const { input_tokens: evaluated, cache_read_input_tokens: cached, output_tokens: output } = usage;
    yield { counted, prompt: evaluated + cached, cached, output };
    const result = results[turn];
    if (result === undefined) return;
    const call = content.find((block) => block.type === "tool_use");
    if (call === undefined) throw new Error(`Turn ${turn + 1}: the answer holds no call: ${JSON.stringify(content).slice(0, 300)}`);
    const block = { type: "tool_result", tool_use_id: call.id, content: result.text, is_error: result.failed };
    messages.push({ role: "assistant", content }, { role: "user", content: [block] });
  }
}

const schema = { type: "object", properties: { command: { type: "string" } }, required: ["command"] };

/** Tokens of a session, added up. */
export interface SessionTokens {
  /** All that the prompts came to. */
  readonly sent: number;
  /** Of these, taken from state. */
  readonly cached: number;
  /** No earlier request held them: whatever one does, they are read once. */
  readonly fresh: number;
  /** Evaluated although an earlier request held them. */
  readonly again: number;
}

/**
 * `resultTokens` are those of each result by itself: what is new in a turn is the result and what the template puts around it. How much that is
 * the turns without an epoch show, in which nothing else was evaluated.
 */
export function addUp(turns: readonly DrivenTurn[], resultTokens: readonly number[]): SessionTokens {
  const evaluated = turns.map(({ prompt, cached }) => prompt - cached);
  const around = evaluated.slice(1).map((tokens, index) => tokens - (resultTokens[index] ?? 0));
  const frame = around.toSorted((a, b) => a - b)[Math.floor(around.length / 2)] ?? 0;
  const fresh = evaluated.map((tokens, turn) => (turn === 0 ? tokens : Math.min(tokens, (resultTokens[turn - 1] ?? 0) + frame)));
  const sum = (of: readonly number[]): number => of.reduce((total, tokens) => total + tokens, 0);
  const sent = sum(turns.map(({ prompt }) => prompt));
  return { sent, cached: sum(turns.map(({ cached }) => cached)), fresh: sum(fresh), again: sum(evaluated) - sum(fresh) };
}
