import type { JsonValue } from "../../messages/conversation.ts";
import { eventsOf } from "../container-state.ts";
import type { Analyzer, Evidence, Finding } from "../finding.ts";
import { type FieldStep, type KubeObject, listAt, objectAt, refOf, textAt, textsAt } from "../kube-object.ts";
import { nearMisses } from "../near.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";
import { isOver, isReady, labelsOf, matchesSelector, selects } from "../workloads.ts";

const kinds = ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"] as const;

interface Hook {
  readonly object: KubeObject;
  readonly json: JsonValue;
  readonly name: string;
  readonly field: readonly FieldStep[];
}

/**
 * Admission webhooks that keep objects of the namespace from being made: they must answer (`failurePolicy: Fail`), and their service is not there, has no pod
 * that is ready, or shows a certificate that the configuration does not trust. One that may be passed over hurts nobody and is not told.
 */
export const findWebhooks: Analyzer = (snapshot, namespace) =>
  hooksOf(snapshot).flatMap((hook): Finding[] => {
    if (textAt(hook.json, "failurePolicy") === "Ignore" || !isFor(snapshot, hook, namespace)) return [];
    const service = objectAt(hook.json, "clientConfig", "service");
    const [name, of] = [textAt(service, "name"), textAt(service, "namespace")];
    if (name === undefined || of === undefined || !snapshot.covers("Service")) return [];
    const at = { severity: "cause" as const, object: refOf(hook.object), evidence: refusalsBy(snapshot, namespace, hook.name) };
    const says = `the admission webhook ${quote(hook.name, 100)} must answer, and`;
    const found = snapshot.find("Service", of, name);
    if (found === undefined) {
      const there = snapshot.of("Service", of).map((one) => one.name);
      return [
        {
          ...at,
          fault: "webhook-service",
          field: [...hook.field, "clientConfig", "service", "name"],
          value: name,
          says: `${says} its Service ${quote(name, 80)} is not in namespace ${of}`,
          candidates: nearMisses(name, there).map((value) => ({ value, why: "a service of that namespace" })),
        },
      ];
    }
    const distrusted = at.evidence.find(({ text }) => /x509|certificate/i.test(text));
    if (distrusted !== undefined)
      return [
        {
          ...at,
          fault: "webhook-certificate",
          evidence: [distrusted],
          field: [...hook.field, "clientConfig", "caBundle"],
          says: `${says} its certificate is not trusted`,
          candidates: [],
        },
      ];
    return answersNobody(snapshot, found)
      ? [
          {
            ...at,
            fault: "webhook-endpoints",
            severity: "fault",
            field: [],
            says: `${says} Service ${name} in namespace ${of} has no pod that is ready`,
            candidates: [],
          },
        ]
      : [];
  });

/** Is a webhook of that name configured, as far as was read? */
export function isConfigured(snapshot: Snapshot, name: string): boolean {
  return hooksOf(snapshot).some((hook) => hook.name === name);
}

function hooksOf(snapshot: Snapshot): readonly Hook[] {
  return kinds
    .flatMap((kind) => snapshot.of(kind))
    .flatMap((object) =>
      listAt(object.json, "webhooks").flatMap((json): Hook[] => {
        const name = textAt(json, "name");
        return name === undefined ? [] : [{ object, json, name, field: ["webhooks", { name }] }];
      }),
    );
}

/** Does it see what is made in the namespace? */
function isFor(snapshot: Snapshot, { json }: Hook, namespace: string): boolean {
  const labels = { "kubernetes.io/metadata.name": namespace, ...labelsOf(snapshot.find("Namespace", undefined, namespace)?.json) };
  return matchesSelector(objectAt(json, "namespaceSelector"), labels);
}

/** What controllers of the namespace were told when the webhook was asked. */
function refusalsBy(snapshot: Snapshot, namespace: string, name: string): readonly Evidence[] {
  const told = snapshot.of("Event", namespace).filter(({ json }) => (textAt(json, "message") ?? "").includes(`webhook "${name}"`));
  return told.slice(0, 2).flatMap((event) => {
    const [kind = "", of = ""] = ["kind", "name"].map((member) => textAt(event.json, "involvedObject", member));
    const object = snapshot.find(kind, namespace, of);
    // Only what is still so: the same object may have been made since.
    const newest = object === undefined ? undefined : eventsOf(snapshot, object)[0]?.message;
    return newest === undefined || !newest.includes(name)
      ? []
      : [{ object: { kind, namespace, name: of }, from: "event", text: quote(newest, 300) }];
  });
}

/** Where the pods of the service's namespace were read: is none of those that it chooses ready? */
function answersNobody(snapshot: Snapshot, service: KubeObject): boolean {
  const pods = snapshot.of("Pod", service.namespace);
  const selector = textsAt(service.json, "spec", "selector");
  if (pods.length === 0 || Object.keys(selector).length === 0) return false;
  return !pods.some((pod) => !isOver(pod) && selects(selector, labelsOf(pod.json)) && isReady(pod));
}
