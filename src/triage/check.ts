import type { Finding } from "./finding.ts";
import { refText } from "./kube-object.ts";
import { type ChangedObject, layOver, type ManifestChange } from "./overlay.ts";
import { whyItStays } from "./predict.ts";
import { findRefusals, type Refusal } from "./refusals.ts";
import { isTouched } from "./scope.ts";
import type { Snapshot } from "./snapshot.ts";
import { findEverything, findingKey, triage } from "./triage.ts";

/** What a change of manifests would do to what is wrong in a namespace. */
export interface CheckResult {
  /** Something that was wrong goes, nothing that the repository could mend stays, nothing new comes, nothing is refused. */
  readonly ok: boolean;
  readonly changed: readonly ChangedObject[];
  readonly gone: readonly Finding[];
  readonly stays: readonly (Finding & { readonly why: string })[];
  readonly appears: readonly Finding[];
  readonly refused: readonly Refusal[];
}

/**
 * Would this change mend it? Lays the manifests over the cluster and asks triage again. What only a running program can show (a pull, a crash) is
 * held to a rule for each kind of fault, and stays where the rule is not met. Pure; well below a second for a thousand objects.
 */
export function checkChange(snapshot: Snapshot, namespaces: readonly string[], change: ManifestChange): CheckResult {
  const find = (at: Snapshot): readonly Finding[] => namespaces.flatMap((namespace) => triage(at, namespace));
  const before = find(snapshot);
  const { snapshot: laid, changed } = layOver(snapshot, change);
  const after = find(laid);
  const keys = new Set(after.map(findingKey));
  const whyStill = (finding: Finding): string | undefined => {
    if (keys.has(findingKey(finding))) return "it is as before";
    // New pods show nothing yet: a cause goes by a change of what is wrong, not by a restart.
    if (finding.severity === "cause" && !isTouched(finding, changed)) return "nothing of what is wrong there changes";
    return whyItStays(finding, snapshot, laid, change.repositoryText);
  };
  const stays = before.flatMap((finding) => {
    const why = whyStill(finding);
    return why === undefined ? [] : [{ ...finding, why }];
  });
  const staying = new Set(stays.map(findingKey));
  const gone = before.filter((finding) => !staying.has(findingKey(finding)));
  // What a cause explained before is no news once the cause is gone: pods that are not made anew still show how they failed.
  const known = new Set(namespaces.flatMap((namespace) => findEverything(snapshot, namespace)).map(findingKey));
  const appears = after.filter((finding) => !known.has(findingKey(finding)));
  const refused = findRefusals(changed, change.otherFiles ?? [], before);
  // What belongs to others is not this repository's to mend.
  const ours = new Set([...change.before, ...change.after].map(refText));
  const open = stays.filter(({ severity, object }) => severity !== "symptom" && ours.has(refText(object)));
  const mends = gone.some(({ severity }) => severity !== "symptom");
  return {
    ok: changed.length > 0 && mends && open.length === 0 && appears.length === 0 && refused.length === 0,
    changed,
    gone,
    stays,
    appears,
    refused,
  };
}
