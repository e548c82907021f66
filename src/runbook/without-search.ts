import type { Runbook } from "./runbook.ts";

/** A runbook whose changes are not judged: without the search, and without steps whose end is one of the search's own judgements. */
export function withoutSearch(runbook: Runbook): Runbook {
  const { search, ...rest } = runbook;
  if (search === undefined) return runbook;
  const judges = search.fails.map(({ matches }) => matches?.source);
  const steps = runbook.steps.filter(
    ({ done }) => !(done.all ?? []).some(({ matches, output }) => output !== undefined && judges.includes(matches?.source)),
  );
  return { ...rest, steps };
}
