import { formTexts, type Runbook, slotNames, type Step } from "./runbook.ts";

/** What a runbook that can be read still gets wrong, one line each: what is never used, what can never be done. Pure. */
export function lintRunbook(runbook: Runbook): readonly string[] {
  const used = new Set([...runbook.steps.flatMap(({ forms }) => forms ?? []), runbook.search?.form]);
  const slots = new Set(Object.values(runbook.forms).flatMap((form) => formTexts(form).flatMap(slotNames)));
  const at = (id: string | undefined): number => runbook.steps.findIndex((step) => step.id === id);
  const { search, budget } = runbook;
  const quiet = runbook.finish["nothing-found"];
  const last = runbook.steps.at(-1);
  const problems = [
    ...Object.keys(runbook.forms).flatMap((form) => (used.has(form) ? [] : [`forms.${form}: no step offers it`])),
    ...Object.keys(runbook.slots).flatMap((slot) => (slots.has(slot) ? [] : [`slots.${slot}: no form has it`])),
    ...runbook.steps.flatMap((step) =>
      canBeDone(runbook, step) ? [] : [`steps.${step.id}: none of its forms meets a condition of its \`done\``],
    ),
  ];
  if (search !== undefined && at(search.from) > at(search.change)) problems.push("search: `from` comes after `change`");
  if (search !== undefined && at(search.change) === runbook.steps.length - 1) problems.push("search: no step after `change` judges it");
  if (quiet !== undefined && search !== undefined && at(quiet) >= at(search.change))
    problems.push("finish.nothing-found: the step comes after the change");
  if (last !== undefined && ![...(last.done.all ?? []), ...(last.done.any ?? [])].some(({ output }) => output !== undefined))
    problems.push(`steps.${last.id}: the last step is done whatever its command prints; say in \`output\` what shows the pull request`);
  if (budget.looks >= budget.calls) problems.push("budget: looks may use up all calls");
  return problems;
}

/** Can a step whose forms are all commands be finished by one of them? Others are not judged. */
function canBeDone(runbook: Runbook, { forms = [], done }: Step): boolean {
  const sources = forms.map((form) => runbook.forms[form]);
  const commands = sources.flatMap((source) => (source !== undefined && "run" in source ? [source.run] : []));
  if (commands.length === 0 || commands.length < sources.length) return true;
  return [...(done.all ?? []), ...(done.any ?? [])].some(
    ({ tool, matches }) => tool === "Bash" && commands.some((run) => matches?.test(run.replaceAll(/\{[a-z-]+\}/g, "1")) !== false),
  );
}
