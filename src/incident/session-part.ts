/**
 * What a session can go without, to see what each part is worth.
 *
 * - `forms`: every call is written by the model, in a grammar of the tools alone.
 * - `guide`: no runbook at all, only the task.
 * - `triage`: nobody says beforehand what is wrong, and there is no `triage` command.
 * - `check`: nothing is checked, and the gate is open.
 * - `quick-fix`: the model writes every change itself.
 * - `diet`: the client's own prompt and tool descriptions.
 * - `grammar`: answers are parsed, never held to a grammar; so there are no forms either.
 */
export const sessionParts = ["forms", "guide", "triage", "check", "quick-fix", "diet", "grammar"] as const;

export type SessionPart = (typeof sessionParts)[number];
