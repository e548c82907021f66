import { CloisterError } from "../error.ts";
import type { Runbook } from "../runbook/runbook.ts";

/**
 * The command that runs the repository's tests, as a runbook names it: that of its forms which the search takes for a judgement of a change. Words between spaces;
 * a runbook whose tests judge and that has none of the kind is an error (`usage`).
 */
export function testCommand({ name, forms, search }: Pick<Runbook, "name" | "forms" | "search">): readonly string[] {
  for (const form of Object.values(forms)) {
    if (!("run" in form) || /[{}|;&<>$`'"\\]/.test(form.run)) continue;
    if (search?.fails.some(({ matches }) => matches?.test(form.run) === true) === true) return form.run.trim().split(/\s+/);
  }
  throw new CloisterError("usage", `Runbook ${name} says that tests judge a change, and none of its forms runs them.`, {
    hint: "add a form such as `run: npm test`, and name it in `search.fails`",
  });
}
