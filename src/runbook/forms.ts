import type { Form, FormArgument, Piece } from "../messages/answer.ts";
import type { JsonObject } from "../messages/conversation.ts";
import { callKey, type Deed } from "./deeds.ts";
import { editForms, linesOf, placeForms } from "./edits.ts";
import { type GuideFacts, openFacts, type Place } from "./facts.ts";
import { filesOf } from "./files.ts";
import { functionForms } from "./function-edits.ts";
import { lastChange, lastEdit, type Progress, start, stepIndex } from "./progress.ts";
import { looksAt } from "./record.ts";
import { type FormSource, patternOf, type Runbook, splitAtSlots, type Step } from "./runbook.ts";
import { structureForms } from "./structure-edits.ts";
import { fillSlot, type SlotFill } from "./slots.ts";

/** At most this many concrete commands come of one form's choices. */
const expansionLimit = 400;

/**
 * What may be called at a step: its forms with every choice filled, without anything that was run already. May be empty. A change that was made before is never
 * offered again; other commands of the search are, once what they were run for was taken back.
 */
export function formsOf(
  runbook: Runbook,
  step: Step,
  known: GuideFacts,
  deeds: readonly Deed[],
  at: Pick<Progress, "from" | "good" | "mended"> = start,
): readonly Form[] {
  const facts = openFacts(known, at.mended);
  const { search } = runbook;
  const again = search !== undefined && step.id !== search.change && stepIndex(runbook, step.id) >= stepIndex(runbook, search.from);
  // What judges a change may be run again after each.
  const judges = search !== undefined && stepIndex(runbook, step.id) > stepIndex(runbook, search.change);
  const since = judges ? Math.max(at.from, lastChange(runbook, deeds)) : at.from;
  const run = runOf(again ? deeds.slice(since) : deeds.filter((_, index) => !at.good.includes(index)));
  for (const id of step.forms ?? []) {
    const source = runbook.forms[id];
    const forms = source === undefined ? [] : expand(id, source, runbook, facts, deeds, run);
    // Quick fixes come first: where there are some, they are all that is offered.
    if (forms.length > 0 && source !== undefined && "run" in source && source.alone) return forms;
  }
  return (step.forms ?? []).flatMap((id) => {
    const source = runbook.forms[id];
    return source === undefined ? [] : expand(id, source, runbook, facts, deeds, run);
  });
}

/** What takes back the change at hand: its reverse where it is one edit, the runbook's form otherwise. */
export function takeBackForms(runbook: Runbook, facts: GuideFacts, deeds: readonly Deed[], from: number): readonly Form[] {
  const id = runbook.search?.form ?? "";
  const edit = lastEdit(deeds.slice(from));
  if (edit !== undefined && isReversible(edit, deeds)) {
    const text = (key: string): readonly Piece[] => [{ kind: "fixed", text: String(edit[key]) }];
    const pairs = [
      ["file_path", "file_path"],
      ["old_string", "new_string"],
      ["new_string", "old_string"],
    ] as const;
    return [{ id, tool: "Edit", arguments: pairs.map(([name, of]) => ({ name, value: text(of) })) }];
  }
  const source = runbook.forms[id];
  return source === undefined ? [] : expand(id, source, runbook, facts, deeds, runOf(deeds.slice(from)));
}

/** Does what an edit wrote stand once in its file? The client edits nothing else. */
function isReversible({ file_path: path, new_string: made }: JsonObject, deeds: readonly Deed[]): boolean {
  const text = typeof path === "string" ? filesOf(deeds).get(path) : undefined;
  return text === undefined || typeof made !== "string" || text.split(made).length === 2;
}

/** The places of a file whose text is still as it was found. */
function placesIn(places: readonly Place[], path: string, { workdir }: GuideFacts): readonly Place[] {
  return places.filter((place) => `${workdir}/${place.path}` === path);
}

function editsOf(deeds: readonly Deed[]): readonly JsonObject[] {
  return deeds.flatMap(({ call }) => (call.name === "Edit" ? [call.input] : []));
}

/** What commands printed: a log, a test that failed. */
function evidenceOf(deeds: readonly Deed[]): readonly string[] {
  return deeds.flatMap(({ call, output }) => (call.name === "Bash" ? [output] : []));
}

function runOf(deeds: readonly Deed[]): ReadonlySet<string> {
  return new Set(deeds.map((deed) => callKey(deed.call.name, deed.call.input)));
}

function expand(
  id: string,
  source: FormSource,
  runbook: Runbook,
  facts: GuideFacts,
  deeds: readonly Deed[],
  run: ReadonlySet<string>,
): readonly Form[] {
  if ("edit" in source && source.edit === "function") {
    const tried = editsOf(deeds);
    const evidence = evidenceOf(deeds);
    return [...filesOf(deeds)].flatMap(([path, text]) => functionForms({ id, path, text, evidence, tried }));
  }
  if ("edit" in source) {
    const evidence = looksAt(runbook, deeds);
    const files = [...filesOf(deeds)].filter(([path]) => /\.ya?ml$/.test(path));
    const places = facts.triage?.places ?? [];
    const fitting = files.flatMap(([path, text]) => placeForms(id, path, text, placesIn(places, path, facts)));
    const fresh = fitting.filter((form) => !run.has(keyOf(form.tool, form.arguments) ?? ""));
    // Values that triage names come first: while one of them is untried, they are all that is offered.
    if (fresh.length > 0) return fresh;
    const tried = editsOf(deeds);
    const open = files.flatMap(([path, text]) => {
      const named = placesIn(places, path, facts).flatMap((place) => linesOf(text.split("\n"), place));
      const values = editForms({ id, source, path, text, evidence, tried, only: named.length > 0 ? named : undefined });
      // Another value is the likeliest change; after two that were none, a line may come or go.
      const structure = named.length > 0 && (values.length === 0 || tried.length > 2) ? structureForms({ id, path, text, at: named }) : [];
      return [...values, ...structure.filter((form) => !run.has(keyOf(form.tool, form.arguments) ?? ""))];
    });
    return open;
  }
  if ("run" in source && source.unnamed && (facts.triage?.objects ?? []).length > 0) return [];
  if ("run" in source && source.once) {
    const made = patternOf(source.run);
    if (deeds.some((deed) => deed.succeeded && deed.call.name === "Bash" && made.test(deed.subject))) return [];
  }
  const tool = "run" in source ? "Bash" : source.tool;
  const texts = "run" in source ? { command: source.run } : source.arguments;
  const fills = new Map(Object.entries(runbook.slots).map(([slot, from]) => [slot, fillSlot(from, runbook, facts, deeds)] as const));
  let forms: readonly FormArgument[][] = [[]];
  for (const [name, text] of Object.entries(texts)) {
    const values = fillText(text, fills);
    forms = forms.flatMap((before) => values.map((value) => [...before, { name, value }])).slice(0, expansionLimit);
  }
  return forms.filter((form) => !run.has(keyOf(tool, form) ?? "")).map((form) => ({ id, tool, arguments: form }));
}

/** Every way to fill a text's slots with names; text slots stay open. No way where a slot has no name yet. */
function fillText(text: string, fills: ReadonlyMap<string, SlotFill>): readonly (readonly Piece[])[] {
  let ways: readonly (readonly Piece[])[] = [[]];
  for (const [place, part] of splitAtSlots(text).entries()) {
    if (place % 2 === 0) {
      ways = ways.map((way) => append(way, part));
      continue;
    }
    const fill = fills.get(part);
    if (fill === undefined) return [];
    if (fill.kind === "text") ways = ways.map((way) => [...way, { kind: "text", slot: fill.slot }]);
    else ways = ways.flatMap((way) => fill.of.map((choice) => append(way, choice))).slice(0, expansionLimit);
  }
  return ways;
}

function append(way: readonly Piece[], text: string): readonly Piece[] {
  const last = way.at(-1);
  if (text === "") return way;
  return last?.kind === "fixed" ? [...way.slice(0, -1), { kind: "fixed", text: last.text + text }] : [...way, { kind: "fixed", text }];
}

/** The call's key where nothing in the form is open. */
function keyOf(tool: string, form: readonly FormArgument[]): string | undefined {
  const input: Record<string, string> = {};
  for (const argument of form) {
    const [only, ...more] = argument.value;
    if (more.length > 0 || only?.kind !== "fixed") return undefined;
    input[argument.name] = only.text;
  }
  return callKey(tool, input);
}
