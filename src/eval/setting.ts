import { type SessionPart, sessionParts } from "../incident/session-part.ts";

/** How a scenario is run: with everything, without some parts, or with none of ours at all. */
export type Setting = { readonly kind: "cloister"; readonly without: readonly SessionPart[] } | { readonly kind: "baseline" };

/** The setting's name in rows and tables; parts are in one order, so that a setting has one name. */
export function settingName(setting: Setting): string {
  if (setting.kind === "baseline") return "llama-server alone";
  if (setting.without.length === 0) return "everything";
  return `without ${sessionParts.filter((part) => setting.without.includes(part)).join(" and ")}`;
}

/** Everything first, then without each of the parts, then the baseline. */
export function settingsOf(ablate: readonly SessionPart[], baseline: boolean): readonly Setting[] {
  return [
    { kind: "cloister", without: [] },
    ...sessionParts.filter((part) => ablate.includes(part)).map((part) => ({ kind: "cloister", without: [part] }) as const),
    ...(baseline ? [{ kind: "baseline" } as const] : []),
  ];
}
