import { type Change, membersOf } from "./changes.ts";
import { faultRule } from "./fault-rules.ts";
import type { Finding } from "./finding.ts";
import { type FieldStep, fieldText, type ObjectRef, refText } from "./kube-object.ts";
import type { ChangedObject } from "./overlay.ts";
import type { Refusal } from "./refusals.ts";

/** So many places are told of one object. */
const most = 3;

/** A change somewhere else than what is wrong: it may be good, but it is not this incident's, and nobody has checked it. */
export function findUnasked({ object, before, after, changes }: ChangedObject, findings: readonly Finding[]): Refusal[] {
  const refuse = (says: string): Refusal => ({ rule: "not-asked-for", object, says: `${says}, and nothing that is wrong asks for it` });
  if (after === undefined) return [];
  if (before === undefined)
    return findings.some((finding) => asksFor(finding, object)) ? [] : [refuse(`${object.kind} ${object.name} is new`)];
  const places = findings.flatMap((finding) => placesOf(finding, object));
  // A certificate may come under a key of its own, beside those that others read.
  const mayGrow = findings.filter(({ fault }) => fault === "certificate-expired");
  return changes
    .flatMap(leavesOf)
    .filter(({ field }) => !isAnnotation(field) && !places.some((place) => isWithin(field, place)))
    .filter(
      ({ field, before: was }) => was !== undefined || !mayGrow.some((finding) => asksFor(finding, object) && isWithin(field, ["data"])),
    )
    .slice(0, most)
    .map(({ field }) => refuse(`${fieldText(field)} of ${object.kind} ${object.name} changes`));
}

/** A branch that is put in or taken out, as every leaf of it: what of it lies beside the place that is wrong has to be seen. */
function leavesOf({ field, before, after }: Change): readonly Change[] {
  const [left, right] = [membersOf(before), membersOf(after)];
  const steps = new Map([...(left ?? []), ...(right ?? [])].map(([key, { step }]) => [key, step]));
  if (steps.size === 0) return [{ field, before, after }];
  // A branch that grows is told by its leaves alone; one that goes, or takes the place of something else, is a change by itself.
  const whole = right === undefined || (left === undefined && before !== undefined);
  const inner = [...steps].flatMap(([key, step]) =>
    leavesOf({ field: [...field, step], before: left?.get(key)?.value, after: right?.get(key)?.value }),
  );
  return whole ? [{ field, before, after }, ...inner] : inner;
}

function isAnnotation(field: readonly FieldStep[]): boolean {
  const at = field.indexOf("annotations");
  return at > 0 && field[at - 1] === "metadata";
}

function isWithin(field: readonly FieldStep[], place: readonly FieldStep[]): boolean {
  return fieldText(field.slice(0, place.length)) === fieldText(place);
}

/** Does a change touch anything by which this finding may be mended? */
export function isTouched(finding: Finding, changed: readonly ChangedObject[]): boolean {
  return changed.some(({ object, before, after, changes }) => {
    if (before === undefined || after === undefined) return asksFor(finding, object);
    const places = placesOf(finding, object);
    return changes.flatMap(leavesOf).some(({ field }) => places.some((place) => isWithin(field, place)));
  });
}

/** Where an object may change to mend the finding: the field that is wrong and what belongs to it; of another object, the other side of the mismatch. */
function placesOf(finding: Finding, object: ObjectRef): readonly (readonly FieldStep[])[] {
  if (refText(finding.object) === refText(object)) return ownPlaces(finding);
  const elsewhere = faultRule(finding.fault)?.elsewhere;
  if (elsewhere !== undefined) return elsewhere(finding, object);
  if (!asksFor(finding, object) || (finding.severity !== "cause" && object.kind !== "ConfigMap")) return [];
  switch (finding.fault) {
    case "key-missing":
    case "certificate-expired":
      return finding.value === undefined ? [] : [["data", finding.value]];
    case "role-missing":
    case "role-resource":
    case "binding-missing":
      return [["rules"], ["subjects"], ["roleRef"]];
    default:
      return [["data"]];
  }
}

/** What of the finding's own object is changed together with its field. */
function ownPlaces(finding: Finding): readonly (readonly FieldStep[])[] {
  const { fault, field, severity } = finding;
  const upTo = (wanted: string): readonly FieldStep[] => field.slice(0, field.indexOf(wanted) + 1);
  // What only follows from something else asks for no change of its own, nor does what is not known.
  if (severity === "symptom" || field.length === 0) return [];
  switch (fault) {
    case "argument-unknown":
    case "command-not-found": {
      const container = field.slice(
        0,
        field.findIndex((step) => step === "args" || step === "command"),
      );
      return [
        [...container, "args"],
        [...container, "command"],
      ];
    }
    case "probe-too-soon": {
      const at = field.findIndex((step) => typeof step === "string" && step.endsWith("Probe"));
      const timing = ["initialDelaySeconds", "periodSeconds", "failureThreshold"].map((one) => [...field.slice(0, at + 1), one]);
      // A liveness probe may be held back by a startup probe.
      return field[at] === "livenessProbe" ? [...timing, [...field.slice(0, at), "startupProbe"]] : timing;
    }
    case "selector-matches-nothing":
    case "selector-too-wide":
      return [["spec", "selector"]];
    case "policy-admits-nobody":
      return [field.slice(0, 4)];
    case "ingress-backend":
    case "ingress-port":
      return [upTo("service")];
    case "unschedulable-taint":
      return [upTo("tolerations")];
    // A key that was misspelt is another key.
    case "unschedulable-selector":
      return [upTo("nodeSelector")];
    case "image-pull-denied":
      return [upTo("imagePullSecrets")];
    case "route-backend":
    case "route-port":
      return [upTo("backendRefs")];
    case "route-gateway":
    case "route-listener":
      return [upTo("parentRefs")];
    case "gateway-certificate":
      return [upTo("certificateRefs")];
    case "volume-elsewhere":
      return [field[1] === "strategy" ? ["spec", "strategy"] : field];
    // What is mounted has to be a volume of the pod.
    case "writes-read-only": {
      const spec = Math.max(field.indexOf("containers"), field.indexOf("initContainers"));
      return [field, [...field.slice(0, spec), "volumes"]];
    }
    case "rollout-over-quota":
      return [upTo("rollingUpdate")];
    case "quota-needs":
      return [field];
    // Some of it the pod may say for all of its containers.
    case "pod-security": {
      const at = field.indexOf("securityContext");
      const spec = Math.max(field.indexOf("containers"), field.indexOf("initContainers"));
      const ofPod = ["seccompProfile", "runAsNonRoot"].includes(String(field[at + 1]));
      return ofPod ? [field, [...field.slice(0, spec), ...field.slice(at)]] : [field];
    }
    case "reference-missing":
    case "key-missing":
      // A secret to pull with is known by its name alone: another one is another member.
      return field.includes("imagePullSecrets") ? [upTo("imagePullSecrets")] : [field, [...field.slice(0, -1), "key"]];
    case "role-missing":
    case "role-group":
    case "role-verb":
    case "role-resource":
    case "binding-missing":
    case "binding-subject":
      return [field.slice(0, 1)];
    // A budget has one of the two; either may take the other's place.
    case "budget-blocks-drain":
      return [
        ["spec", "minAvailable"],
        ["spec", "maxUnavailable"],
      ];
    case "setting-missing":
      return [field, ...finding.candidates.map(({ value }) => [...field.slice(0, -1), value])];
    default: {
      const rule = faultRule(fault);
      if (rule !== undefined) return rule.places(finding);
      // A request may rise with its limit, and fall with it.
      const resources = field.indexOf("resources");
      if (resources < 0) return [field];
      return ["limits", "requests"].map((member) => [...field.slice(0, resources + 1), member, ...field.slice(resources + 2)]);
    }
  }
}

/** Another object through which a finding can be mended: the one that is missing, or lacks a key. Others have changed with intent: whoever did not follow is mended. */
function asksFor(finding: Finding, object: ObjectRef): boolean {
  switch (finding.fault) {
    case "reference-missing":
    case "ingress-backend":
    case "ingress-certificate":
      return finding.value === object.name;
    case "key-missing":
    case "certificate-expired":
      return finding.evidence.some((one) => refText(one.object) === refText(object));
    case "role-missing":
    case "role-resource":
    case "binding-missing":
      return ["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"].includes(object.kind);
    default:
      return false;
  }
}
