import type { JsonValue } from "../messages/conversation.ts";
import { type FieldStep, fieldText, type KubeObject } from "./kube-object.ts";
import { membersOf } from "./changes.ts";
import type { ChangedObject } from "./overlay.ts";
import { quote } from "./quote.ts";
import type { Refusal } from "./refusals.ts";

/** Members that are texts wherever Kubernetes' own kinds have them. */
const texts: ReadonlySet<FieldStep> = new Set([
  "image",
  "ingressClassName",
  "key",
  "name",
  "namespace",
  "secretName",
  "serviceAccountName",
  "storageClassName",
]);
/** Members whose own members are all texts. */
const ofTexts: ReadonlySet<FieldStep | undefined> = new Set([
  "annotations",
  "args",
  "command",
  "labels",
  "matchLabels",
  "nodeSelector",
  "stringData",
]);

/**
 * A number or a flag that is written where Kubernetes takes text alone, as `app: true` in a selector: the API server refuses such an object whole, so nothing of
 * the change would ever run. Only what the change brings; kinds that are not Kubernetes' own have fields of their own.
 */
export function findNoTexts({ object, before, after }: ChangedObject): readonly Refusal[] {
  if (after === undefined || !isOwnKind(after)) return [];
  const old = new Set(noTexts(after.kind, before?.json).map(({ field }) => fieldText(field)));
  return noTexts(after.kind, after.json)
    .map(({ field, value }) => ({ at: fieldText(field), value }))
    .filter(({ at }) => !old.has(at))
    .map(({ at, value }) => ({
      rule: "no-text",
      object,
      says: `${at} of ${object.kind} ${object.name} has to be text: ${quote(JSON.stringify(value), 60)} has no quotation marks`,
    }));
}

function isOwnKind({ json }: KubeObject): boolean {
  const version = json["apiVersion"];
  return typeof version === "string" && /^(?:[^/.]+|[^/]+\.k8s\.io)(?:\/|$)/.test(version);
}

interface Leaf {
  readonly field: readonly FieldStep[];
  readonly value: JsonValue;
}

function noTexts(kind: string, value: JsonValue | undefined, at: readonly FieldStep[] = []): readonly Leaf[] {
  const members = membersOf(value);
  if (members !== undefined) return [...members.values()].flatMap((one) => noTexts(kind, one.value, [...at, one.step]));
  return (typeof value === "number" || typeof value === "boolean") && isText(kind, at) ? [{ field: at, value }] : [];
}

function isText(kind: string, field: readonly FieldStep[]): boolean {
  const [first, second, third] = field;
  const [parent, last] = [field.at(-2), field.at(-1)];
  if (last !== undefined && texts.has(last)) return true;
  if (ofTexts.has(parent)) return true;
  if (last === "value" && field.at(-3) === "env") return true;
  if (kind === "Service") return first === "spec" && second === "selector" && third !== undefined;
  return (kind === "ConfigMap" || kind === "Secret") && first === "data";
}
