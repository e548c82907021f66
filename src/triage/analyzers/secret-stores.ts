import { eventsOf } from "../container-state.ts";
import type { Analyzer, Candidate, Evidence, Finding } from "../finding.ts";
import { type KubeObject, listAt, objectAt, refOf, textAt, conditionOf } from "../kube-object.ts";
import { nearMisses } from "../near.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";

/** Secrets of the External Secrets Operator whose store is not there, as the operator tells it. */
export const findSecretStores: Analyzer = (snapshot, namespace) =>
  snapshot.of("ExternalSecret", namespace).flatMap((secret): Finding[] => {
    const evidence = missingStore(snapshot, secret);
    if (evidence === undefined) return [];
    const { kind, name } = storeOf(secret);
    const other = kind === "SecretStore" ? "ClusterSecretStore" : "SecretStore";
    const ofOtherKind = storesFor(snapshot, secret, other).some((one) => one.name === name);
    return [
      {
        fault: "secret-store",
        severity: "cause",
        object: refOf(secret),
        field: ["spec", "secretStoreRef", ofOtherKind ? "kind" : "name"],
        value: ofOtherKind ? textAt(secret.json, "spec", "secretStoreRef", "kind") : name,
        says: `ExternalSecret ${secret.name} is to be read from ${quote(`${kind} ${name}`, 120)}, which is not there${ofOtherKind ? `: there is ${other} ${quote(name, 80)}` : ""}`,
        evidence: [evidence],
        candidates: ofOtherKind ? [{ value: other, why: "the store of that name is of this kind" }] : likely(snapshot, secret, kind, name),
      },
    ];
  });

/** The external secret that is to make a secret, where it cannot because its store is not there: then it is that one which is to be mended. */
export function unmadeBy(snapshot: Snapshot, namespace: string, name: string): KubeObject | undefined {
  return snapshot.of("ExternalSecret", namespace).find((one) => makes(one) === name && missingStore(snapshot, one) !== undefined);
}

/** The name of the secret that an external secret makes; one that only adds to a secret of others makes none. */
function makes({ name, json }: KubeObject): string | undefined {
  const policy = textAt(json, "spec", "target", "creationPolicy") ?? "Owner";
  return policy === "Owner" || policy === "Orphan" ? (textAt(json, "spec", "target", "name") ?? name) : undefined;
}

function storeOf({ json }: KubeObject): { readonly kind: string; readonly name: string } {
  const ref = objectAt(json, "spec", "secretStoreRef");
  return { kind: textAt(ref, "kind") ?? "SecretStore", name: textAt(ref, "name") ?? "" };
}

/** Why a store is known to be missing: it is not among those that were read, and the operator has said so of it. */
function missingStore(snapshot: Snapshot, secret: KubeObject): Evidence | undefined {
  const { kind, name } = storeOf(secret);
  if (!secret.apiVersion.startsWith("external-secrets.io/") || !["SecretStore", "ClusterSecretStore"].includes(kind) || name === "")
    return undefined;
  if (!snapshot.covers(kind) || snapshot.find(kind, kind === "SecretStore" ? secret.namespace : undefined, name) !== undefined)
    return undefined;
  const ready = conditionOf(secret, "Ready");
  if (textAt(ready, "status") === "True") return undefined;
  const told = /(?:could not get|not found).{0,20}\b(?:Cluster)?SecretStore\b|\bSecretStore\b.{0,300}not found/;
  const said = eventsOf(snapshot, secret).find(({ warning, message }) => warning && told.test(message))?.message;
  if (said !== undefined) return { object: refOf(secret), from: "event", text: quote(said, 200) };
  const message = textAt(ready, "message") ?? "";
  return told.test(message) ? { object: refOf(secret), from: "condition Ready", text: quote(message, 200) } : undefined;
}

/** Stores of a kind that an external secret may use: those that are well, and that do not keep to other namespaces. */
function storesFor(snapshot: Snapshot, { namespace }: KubeObject, kind: string): readonly KubeObject[] {
  return snapshot.of(kind, kind === "SecretStore" ? namespace : undefined).filter((store) => {
    if (!store.apiVersion.startsWith("external-secrets.io/")) return false;
    const kept = listAt(store.json, "spec", "conditions");
    return (
      textAt(conditionOf(store, "Ready"), "status") !== "False" &&
      (kind === "SecretStore" || kept.length === 0 || kept.some((one) => listAt(one, "namespaces").some((name) => name === namespace)))
    );
  });
}

function likely(snapshot: Snapshot, secret: KubeObject, kind: string, name: string): readonly Candidate[] {
  const names = storesFor(snapshot, secret, kind).map((one) => one.name);
  return nearMisses(name, names).map((value) => ({ value, why: `a ${kind} of that name is there` }));
}
