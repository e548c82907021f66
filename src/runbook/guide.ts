import { unreachable } from "../error.ts";
import type { Answer, TextSlot } from "../messages/answer.ts";
import { type Deed, deedsOf } from "./deeds.ts";
import type { GuideFacts } from "./facts.ts";
import { formsOf, takeBackForms } from "./forms.ts";
import type { Guidance, Guide } from "./guidance.ts";
import { neededBy } from "./needed.ts";
import { answerOfRepeat, noteFor, openingFor } from "./notes.ts";
import { handOver, nothingFound } from "./hand-over.ts";
import { advance, type End, type Progress, type Situation, start } from "./progress.ts";
import type { GuidanceLevel, Runbook } from "./runbook.ts";

export interface GuideOptions {
  readonly runbook: Runbook;
  readonly level: GuidanceLevel;
  readonly facts: GuideFacts;
  /** A line of thought before a call in which there is something to choose: at every step or at none; as the runbook's steps say where it is absent. */
  readonly thought?: boolean | undefined;
}

/** Bounds of a thought: longer ones run on to their limit. */
const thoughtSlot: TextSlot = { min: 10, max: 160 };

/**
 * The guide of a session: folds a conversation's deeds over the runbook. It holds no state, so the same conversation always gets
 * the same notes, and a restarted gateway goes on where it was.
 */
export function createGuide({ runbook, level, facts, thought }: GuideOptions): Guide {
  const situation: Situation = {
    nothingFound: facts.triage !== undefined && facts.triage.findings.length === 0,
    needsProof: level === "forms",
    causes: facts.triage?.causes ?? [],
    isSpent: (step, deeds) => level === "forms" && step.forms !== undefined && formsOf(runbook, step, facts, deeds).length === 0,
  };
  return (conversation): Guidance => {
    const deeds = deedsOf(conversation);
    const notes = new Map<string, string>();
    const answered = new Map<string, string>();
    let progress = start;
    for (const [index, deed] of deeds.entries()) {
      const after = advance(runbook, progress, deeds.slice(0, index + 1), situation);
      const again = answerOfRepeat(facts, deeds.slice(0, index + 1));
      if (again !== undefined) answered.set(deed.call.id, again);
      const note = noteFor(runbook, facts, deeds.slice(0, index + 1), progress, after);
      if (note !== "") notes.set(deed.call.id, note);
      progress = after;
    }
    if (level === "free") return { opening: undefined, notes: new Map(), answer: { kind: "anything" }, step: undefined };
    return {
      opening: openingFor(runbook, facts),
      notes,
      answered,
      answer: withThought(answerFor(runbook, level, facts, deeds, progress), thought ?? runbook.steps[progress.step]?.thought === true),
      needed: level === "forms" ? neededBy(runbook, deeds) : new Set(),
      step: stepOf(runbook, progress),
    };
  };
}

/** Where there is one call that can be made there is nothing to think about. */
function withThought(answer: Answer, wanted: boolean): Answer {
  if (!wanted || answer.kind !== "forms") return answer;
  const [only, ...more] = answer.forms;
  const settled = more.length === 0 && only?.arguments.every(({ value }) => value.every(({ kind }) => kind === "fixed")) === true;
  return settled ? answer : { ...answer, thought: thoughtSlot };
}

function stepOf(runbook: Runbook, progress: Progress): Guidance["step"] {
  const of = runbook.steps.length;
  const index = Math.min(progress.step, of - 1);
  const step = runbook.steps[index];
  return step === undefined ? undefined : { id: step.id, title: step.title, index: index + 1, of };
}

function answerFor(runbook: Runbook, level: "steps" | "forms", facts: GuideFacts, deeds: readonly Deed[], progress: Progress): Answer {
  if (progress.end !== undefined) return { kind: "said", text: closing(progress.end, runbook, facts, deeds, progress) };
  const step = runbook.steps[progress.step];
  // Every step is done and the finish was not seen: the model may say so itself, the record says what is true.
  if (step === undefined) return { kind: "words" };
  if (level === "steps" || step.forms === undefined) return { kind: "call" };
  const { takeBack, from } = progress;
  const forms = takeBack ? takeBackForms(runbook, facts, deeds, from) : formsOf(runbook, step, facts, deeds, progress);
  if (forms.length > 0) return { kind: "forms", forms };
  const why = `at the step “${step.title}” nothing is left to try`;
  return { kind: "said", text: handOver(why, runbook, facts, deeds) };
}

/** The last words of a session: from the record, never a claim of the model's. */
function closing(end: End, runbook: Runbook, facts: GuideFacts, deeds: readonly Deed[], progress: Progress): string {
  const step = runbook.steps[progress.step]?.title ?? "the end";
  switch (end.kind) {
    case "pull-request":
      return `Pull request opened: ${end.url}`;
    case "no-fault":
      return `${end.text}\n\nNo pull request was opened.`;
    case "nothing-found":
      return nothingFound(runbook, deeds);
    case "unproved":
      return handOver(
        "the tests pass with the change, and passed without it, so nothing shows that it mends the fault",
        runbook,
        facts,
        deeds,
      );
    case "proposals":
      return handOver(`${end.wrong} changes were tried, and none passed the check`, runbook, facts, deeds);
    case "budget":
      return handOver(`the budget of ${end.calls} calls is spent at the step “${step}”`, runbook, facts, deeds);
    default:
      return unreachable(end);
  }
}
