import { linkAbort } from "../abort.ts";
import { asCloisterError, CloisterError } from "../error.ts";
import type { StreamEvent } from "../messages/stream.ts";
import type { Prompt } from "../prompt/prompt.ts";
import type { Lane, Runtime, StopReason, Timing } from "../runtime/runtime.ts";
import { saidEvents } from "./answer-events.ts";
import { type AnswerSoFar, createAnswer } from "./answer-so-far.ts";
import { askAgain } from "./ask-again.ts";
import { guardAnswer } from "./guard-answer.ts";
import { findLoop } from "./guard-loop.ts";
import type { GatewayLimits } from "./options.ts";
import type { SessionWatch } from "./session-watch.ts";
import { createMeter } from "./turn-meter.ts";
import { within } from "./within.ts";

export interface RunContext {
  readonly runtime: Runtime;
  readonly limits: GatewayLimits;
  readonly newId: () => string;
  readonly watch: SessionWatch;
}

const answerIsOver = "the answer is over";

/** How long a runtime may go on behind a call before it is stopped, in milliseconds: its own end has better figures. */
const afterCallMs = 2000;

/**
 * The model's answer as events of the stream, under the guard: thoughts are withheld, what runs away is cut, a call that is not valid is asked for
 * once more, a loop of calls is ended. Throws a `CloisterError`; breaking the loop or aborting `signal` stops the runtime.
 */
export async function* runTurn(
  turn: number,
  prompt: Prompt,
  lane: Lane,
  context: RunContext,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  const { runtime, watch, limits } = context;
  const loop = findLoop(prompt, limits.sameCalls);
  if (loop !== undefined) {
    watch.guarded(turn, "loop", loop);
    watch.answered(turn, { text: loop, calls: [], reason: "end-turn", timing: noTiming, byModel: false });
    yield* saidEvents(loop, "end_turn");
    return;
  }
  const answer = createAnswer(turn, context);
  const first = yield* runOnce(prompt, lane, answer, context, signal, true);
  if (first === undefined) return;
  watch.guarded(turn, "asked-again", first.message);
  const again = askAgain(prompt, first.message, answer.text, runtime.facts.can.grammar);
  const second = yield* runOnce(again, lane, answer, context, signal, false);
  if (second !== undefined) throw second;
}

/** One try. Returns the fault of an answer that can be asked for again: nothing but words have been sent then. Any other failure is thrown. */
async function* runOnce(
  prompt: Prompt,
  lane: Lane,
  answer: AnswerSoFar,
  context: RunContext,
  signal: AbortSignal,
  isFirst: boolean,
): AsyncGenerator<StreamEvent, CloisterError | undefined> {
  const { runtime, watch, limits } = context;
  const { turn } = answer;
  const stopping = linkAbort(signal);
  const guard = guardAnswer({ maxTokens: prompt.maxTokens, thoughtCharacters: limits.thoughtCharacters });
  const meter = createMeter();
  const events = runtime.run(prompt, lane, stopping.signal)[Symbol.asyncIterator]();
  let taken = false;
  try {
    for (;;) {
      const next = await (answer.calls.length > 0 ? within(events.next(), afterCallMs) : events.next());
      // A runtime looks at the signal by itself; leaving the loop stops also one that does so late.
      if (signal.aborted) throw new CloisterError("cancelled", "The client hung up.");
      if (next === undefined) {
        watch.guarded(turn, "after-call", "The model went on behind its call; what came there was dropped.");
        stopping.abort();
        yield* answer.end("tool-use", await meter.timing(runtime, answer));
        return undefined;
      }
      if (next.done === true) throw new CloisterError("engine-lost", "The runtime stopped in the middle of the answer.");
      const event = next.value;
      if (!taken) yield { type: "ping" };
      taken = true;
      if (event.type === "end") {
        const fault = isFirst ? findEmptiness(prompt, answer, event, runtime) : undefined;
        if (fault !== undefined) return fault;
        if (event.reason === "max-tokens") watch.guarded(turn, "length", `The answer was cut at its bound of ${prompt.maxTokens} tokens.`);
        yield* answer.end(event.reason, event.timing);
        return undefined;
      }
      meter.see(event);
      const cut = guard(event);
      if (cut === undefined) {
        // Not `yield*`: over a list it costs an async generator three turns of promises for each event.
        for (const each of answer.take(event)) yield each;
        continue;
      }
      watch.guarded(turn, cut.what, cut.reason);
      stopping.abort();
      if (cut.what === "thought" && isFirst && answer.text === "" && answer.calls.length === 0) return invalid(cut.reason);
      if (event.type !== "text") yield* answer.take(event);
      yield* answer.take({ type: "text", text: `${answer.text === "" ? "" : "\n\n"}[cloister] ${cut.reason}` });
      yield* answer.end(cut.what === "length" ? "max-tokens" : "end-turn", await meter.timing(runtime, answer));
      return undefined;
    }
  } catch (thrown) {
    const error = asCloisterError(thrown);
    if (error.code !== "invalid-call" || answer.calls.length > 0 || signal.aborted) throw error;
    return error;
  } finally {
    // With a reason of ours: without one each answer would cost an exception and its stack.
    stopping.abort(answerIsOver);
    stopping.release();
    await events.return?.().catch(() => undefined);
  }
}

/** An answer in which nothing came, or no call where one has to come and no grammar saw to it. */
function findEmptiness(prompt: Prompt, answer: AnswerSoFar, end: { reason: StopReason }, { facts }: Runtime): CloisterError | undefined {
  if (!facts.isModel || answer.calls.length > 0 || prompt.tools.length === 0 || prompt.answer.kind === "words") return undefined;
  const silent = answer.text.trim() === "";
  if (silent && answer.thinkingCharacters > 0) return invalid("The model's answer was a thought and nothing else.");
  // A bound that left no room for a call would leave none the second time.
  if (end.reason === "max-tokens") return undefined;
  if (silent) return invalid("The model's answer was empty.");
  const demanded = prompt.answer.kind === "call" || prompt.answer.kind === "forms";
  return demanded && !facts.can.grammar ? invalid("The model answered in words where a call has to come.") : undefined;
}

function invalid(message: string): CloisterError {
  return new CloisterError("invalid-call", message, { hint: "Try again: another sample may be right." });
}

const noTiming: Timing = { promptTokens: 0, cachedTokens: 0, outputTokens: 0, prefillMs: 0, decodeMs: 0 };
