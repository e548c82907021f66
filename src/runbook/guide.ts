import { unreachable } from "../error.ts";
import type { Answer } from "../messages/answer.ts";
import { type Deed, deedsOf } from "./deeds.ts";
import { formsOf } from "./forms.ts";
import type { Guidance, Guide } from "./guidance.ts";
import { neededBy } from "./needed.ts";
import { noteFor, openingFor } from "./notes.ts";
import { advance, type End, type Progress, start } from "./progress.ts";
import type { GuidanceLevel, Runbook } from "./runbook.ts";
import type { GuideFacts } from "./slots.ts";

export interface GuideOptions {
  readonly runbook: Runbook;
  readonly level: GuidanceLevel;
  readonly facts: GuideFacts;
}

/**
 * The guide of a session: folds a conversation's deeds over the runbook. It holds no state, so the same conversation always gets
 * the same notes, and a restarted gateway goes on where it was.
 */
export function createGuide({ runbook, level, facts }: GuideOptions): Guide {
  return (conversation): Guidance => {
    const deeds = deedsOf(conversation);
    const notes = new Map<string, string>();
    let progress = start;
    for (const [index, deed] of deeds.entries()) {
      const after = advance(runbook, progress, deeds.slice(0, index + 1));
      const note = noteFor(runbook, deeds.slice(0, index + 1), progress, after);
      if (note !== "") notes.set(deed.call.id, note);
      progress = after;
    }
    if (level === "free") return { opening: undefined, notes: new Map(), answer: { kind: "anything" }, step: undefined };
    return {
      opening: openingFor(runbook),
      notes,
      answer: answerFor(runbook, level, facts, deeds, progress),
      needed: level === "forms" ? neededBy(runbook, deeds) : new Set(),
      step: stepOf(runbook, progress),
    };
  };
}

function stepOf(runbook: Runbook, progress: Progress): Guidance["step"] {
  const of = runbook.steps.length;
  const index = Math.min(progress.step, of - 1);
  const step = runbook.steps[index];
  return step === undefined ? undefined : { id: step.id, title: step.title, index: index + 1, of };
}

function answerFor(runbook: Runbook, level: "steps" | "forms", facts: GuideFacts, deeds: readonly Deed[], progress: Progress): Answer {
  if (progress.end !== undefined) return { kind: "said", text: closing(progress.end, runbook, deeds, progress) };
  const step = runbook.steps[progress.step];
  // Every step is done and the finish was not seen: the model may say so itself, the record says what is true.
  if (step === undefined) return { kind: "words" };
  if (level === "steps" || step.forms === undefined) return { kind: "call" };
  const forms = formsOf(runbook, step, facts, deeds);
  if (forms.length > 0) return { kind: "forms", forms };
  return { kind: "said", text: `No pull request was opened: at the step “${step.title}” nothing is left to try.\n\n${handOver(deeds)}` };
}

/** The last words of a session: from the record, never a claim of the model's. */
function closing(end: End, runbook: Runbook, deeds: readonly Deed[], progress: Progress): string {
  switch (end.kind) {
    case "pull-request":
      return `Pull request opened: ${end.url}`;
    case "no-fault":
      return `${end.text}\n\nNo pull request was opened.`;
    case "budget": {
      const step = runbook.steps[progress.step]?.title ?? "the end";
      return `No pull request was opened: the budget of ${end.calls} calls is spent at the step “${step}”.\n\n${handOver(deeds)}`;
    }
    default:
      return unreachable(end);
  }
}

/** What a person needs who goes on from here: what was run and what came of it. */
function handOver(deeds: readonly Deed[]): string {
  const lines = deeds.map(
    (deed) =>
      `- ${deed.succeeded ? "ran" : "failed"}: ${deed.call.name === "Bash" ? "" : `${deed.call.name} `}${deed.subject.split("\n")[0] ?? ""}`,
  );
  return `What was done:\n${lines.join("\n")}`;
}
