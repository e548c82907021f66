import { type SessionPart, sessionParts } from "../incident/session-part.ts";

/** How a scenario is run: with what sessions have, without some parts, with a line of thought before calls, or with none of ours at all. */
export type Setting =
  | { readonly kind: "cloister"; readonly without: readonly SessionPart[]; readonly thought?: true }
  | { readonly kind: "baseline" };

/** What an eval can change beside everything: each part left out, and `thought`, which sessions have not by themselves, put in. */
export const ablations = [...sessionParts, "thought"] as const;

export type Ablation = (typeof ablations)[number];

/** The setting's name in rows and tables; parts are in one order, so that a setting has one name. */
export function settingName(setting: Setting): string {
  if (setting.kind === "baseline") return "llama-server alone";
  const without = sessionParts.filter((part) => setting.without.includes(part)).join(" and ");
  const changes = [...(without === "" ? [] : [`without ${without}`]), ...(setting.thought === true ? ["with thought"] : [])];
  return changes.length === 0 ? "everything" : changes.join(", ");
}

/** Everything first, then each change by itself, then the baseline. */
export function settingsOf(ablate: readonly Ablation[], baseline: boolean): readonly Setting[] {
  const changes = ablations.filter((part) => ablate.includes(part));
  return [
    { kind: "cloister", without: [] },
    ...changes.map((part) =>
      part === "thought" ? ({ kind: "cloister", without: [], thought: true } as const) : ({ kind: "cloister", without: [part] } as const),
    ),
    ...(baseline ? [{ kind: "baseline" } as const] : []),
  ];
}
