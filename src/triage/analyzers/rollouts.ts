import type { JsonObject } from "../../messages/conversation.ts";
import { differences } from "../changes.ts";
import type { Analyzer, Finding } from "../finding.ts";
import { fieldText, flagAt, objectAt, refOf } from "../kube-object.ts";
import { quote } from "../quote.ts";
import { labelsOf, revisionsOf, withoutTemplateHash } from "../workloads.ts";

/** Deployments that are paused while they hold a template that none of their pods has: nothing of it is rolled out. One that holds nothing back is as somebody wants it. */
export const findRollouts: Analyzer = (snapshot, namespace) =>
  snapshot.of("Deployment", namespace).flatMap((object): Finding[] => {
    if (flagAt(object.json, "spec", "paused") !== true) return [];
    const template = objectAt(object.json, "spec", "template");
    const [newest] = revisionsOf(snapshot, object);
    if (newest === undefined) return [];
    const bare = (value: JsonObject): JsonObject => ({
      ...value,
      metadata: { ...objectAt(value, "metadata"), labels: withoutTemplateHash(labelsOf(value)) },
    });
    const changes = differences(bare(objectAt(newest.json, "spec", "template")), bare(template));
    if (changes.length === 0) return [];
    return [
      {
        fault: "rollout-paused",
        severity: "fault",
        object: refOf(object),
        field: ["spec", "paused"],
        value: "true",
        says: `Deployment ${object.name} is paused, and holds back a change of ${quote(
          changes
            .slice(0, 2)
            .map(({ field }) => fieldText(field.slice(1)))
            .join(", "),
          120,
        )}`,
        evidence: [],
        candidates: [{ value: "false", why: "lets the change roll out" }],
      },
    ];
  });
