import type { JsonValue } from "../messages/conversation.ts";
import type { ChangedObject } from "./overlay.ts";
import type { Finding } from "./finding.ts";
import {
  fieldText,
  flagAt,
  isObject,
  type KubeObject,
  listAt,
  numberAt,
  objectAt,
  type ObjectRef,
  refText,
  textAt,
  textsAt,
  valueAt,
} from "./kube-object.ts";
import { quantity } from "./quantity.ts";
import { quote } from "./quote.ts";
import { longestStartup, startupWindow } from "./predict-start.ts";
import { findsHangWithin } from "./start-time.ts";
import { findRightsChanges } from "./rights.ts";
import { findSecretsInClear } from "./secrets-in-clear.ts";
import { findUnasked } from "./scope.ts";
import { findNoTexts } from "./text-fields.ts";
import { type Container, containersOf, labelsOf, matchesSelector, templateWay } from "./workloads.ts";

/** No leak and no typing error is mended by more than this factor; whoever needs it raises the limit twice, or talks to somebody. */
const largestRise = 64;

/** A program that hangs longer than this, in seconds, is found by its users first. */
const longestHang = 900;

/** The least that the API server takes for the numbers of a probe. */
const leastOf = { initialDelaySeconds: 0, periodSeconds: 1, timeoutSeconds: 1, failureThreshold: 1, successThreshold: 1 };

/** A change that is not let out whatever it mends. */
export interface Refusal {
  /** `probe-removed`, `limit-removed`, `replicas-zero`, …; a closed list. */
  readonly rule: string;
  readonly object: ObjectRef;
  readonly says: string;
}

/** What of a change makes things worse, or has nothing to do with what is wrong. */
export function findRefusals(
  changed: readonly ChangedObject[],
  otherFiles: readonly string[],
  findings: readonly Finding[],
): readonly Refusal[] {
  const elsewhere = otherFiles.map((path): Refusal => ({
    rule: "not-asked-for",
    object: { kind: "File", namespace: undefined, name: path },
    says: `${path} changes, which is no manifest`,
  }));
  return [
    ...changed.flatMap((one) => [
      ...worsens(one),
      ...lowers(one, findings),
      ...widens(one, findings),
      ...findNoTexts(one),
      ...findUnasked(one, findings),
    ]),
    ...elsewhere,
  ];
}

/** What is wrong where containers ask for too much, or may have too much. */
const tooMuch: ReadonlySet<string> = new Set(["quota-exceeded", "limit-range", "unschedulable-cpu", "unschedulable-memory"]);

/** A container gets less than it had only where what it had was too much. */
function lowers({ object, before, after }: ChangedObject, findings: readonly Finding[]): Refusal[] {
  if (before === undefined || after === undefined) return [];
  const own = findings.filter((finding) => tooMuch.has(finding.fault) && refText(finding.object) === refText(object));
  const old = containers(before);
  return containers(after).flatMap((container) => {
    const was = old.find(({ name }) => name === container.name)?.json;
    return ["requests", "limits"].flatMap((member) =>
      ["memory", "cpu"].flatMap((resource): Refusal[] => {
        const [had, has] = [was, container.json].map((json) => valueAt(json, "resources", member, resource));
        if (had === has || has === undefined) return [];
        const says = `the ${member === "limits" ? "limit" : "request"} of ${resource} of container ${container.name}`;
        const [least, now] = [quantity(had), quantity(has)];
        if (now === undefined) return [{ rule: "no-quantity", object, says: `${says} is no quantity` }];
        // What is asked for falls with a limit that falls below it.
        const limit = quantity(valueAt(container.json, "resources", "limits", resource));
        const asked =
          own.some(({ field }) => field.includes(member)) ||
          (member === "requests" && limit !== undefined && least !== undefined && limit < least);
        return asked || least === undefined || now >= least ? [] : [{ rule: "lowered", object, says: `${says} becomes less than it was` }];
      }),
    );
  });
}

function widens({ object, before, after }: ChangedObject, findings: readonly Finding[]): Refusal[] {
  if (after === undefined) return [];
  return findRightsChanges(before, after, findings).map((change) => ({ ...change, object }));
}

function worsens({ object, before, after, changes }: ChangedObject): Refusal[] {
  const refuse = (rule: string, says: string): Refusal => ({ rule, object, says });
  if (after === undefined) return [refuse("object-removed", `${object.kind} ${object.name} is taken away`)];
  const found: Refusal[] = [];
  const [was, is] = [before === undefined ? [] : containers(before), containers(after)];
  for (const container of is) {
    const old = was.find(({ name }) => name === container.name);
    for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"])
      if (old?.json[probe] !== undefined && container.json[probe] === undefined)
        found.push(refuse("probe-removed", `the ${probe} of container ${container.name} is taken away`));
    for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"])
      for (const [member, least] of Object.entries(leastOf)) {
        const number = valueAt(container.json, probe, member);
        if (number !== undefined && number !== valueAt(old?.json, probe, member) && !(Number.isInteger(number) && Number(number) >= least))
          found.push(
            refuse("probe-number", `${member} of the ${probe} of container ${container.name} is a number that Kubernetes does not take`),
          );
      }
    const hangs = findsHangWithin(container);
    if (old?.json["livenessProbe"] !== undefined && hangs > longestHang && hangs > findsHangWithin(old))
      found.push(
        refuse(
          "probe-disarmed",
          `container ${container.name} could hang for ${Math.round(hangs / 60)} minutes before its liveness probe ends it`,
        ),
      );
    if (startupWindow(container) > longestStartup && startupWindow(container) > startupWindow(old))
      found.push(
        refuse(
          "probe-disarmed",
          `container ${container.name} could fail to start for ${Math.round(startupWindow(container) / 60)} minutes before its startup probe ends it`,
        ),
      );
    for (const resource of ["memory", "cpu", "ephemeral-storage"])
      if (
        valueAt(old?.json, "resources", "limits", resource) !== undefined &&
        valueAt(container.json, "resources", "limits", resource) === undefined
      )
        found.push(refuse("limit-removed", `the limit of ${resource} of container ${container.name} is taken away`));
    for (const resource of ["memory", "cpu"]) {
      const [request, limit] = ["requests", "limits"].map((member) => quantity(valueAt(container.json, "resources", member, resource)));
      const [asked, most] = ["requests", "limits"].map((member) => quantity(valueAt(old?.json, "resources", member, resource)));
      if (asked !== undefined && request === undefined)
        found.push(refuse("request-removed", `the request of ${resource} of container ${container.name} is taken away`));
      if (request !== undefined && limit !== undefined && request > limit)
        found.push(refuse("request-above-limit", `container ${container.name} asks for more ${resource} than its limit`));
      if (limit !== undefined && most !== undefined && limit > most * largestRise)
        found.push(
          refuse(
            "limit-too-high",
            `the limit of ${resource} of container ${container.name} becomes more than ${largestRise} times as high`,
          ),
        );
    }
    const image = textAt(container.json, "image") ?? "";
    if (image !== textAt(old?.json, "image") && !image.includes("@") && (image.endsWith(":latest") || !/:[^/]+$/.test(image)))
      found.push(refuse("image-floating", `image ${quote(image, 100)} names no version`));
    if (powers(container.json).some((power) => !powers(old?.json ?? {}).includes(power)))
      found.push(
        refuse("privileged", `container ${container.name} gets rights that it did not have: ${powers(container.json).join(", ")}`),
      );
    const pull = textAt(container.json, "imagePullPolicy");
    if (pull === "Never" && textAt(old?.json, "imagePullPolicy") !== "Never")
      found.push(refuse("image-never-pulled", `the image of container ${container.name} would never be pulled`));
    const required = optionals(old?.json).required;
    for (const name of optionals(container.json).optional)
      if (required.includes(name)) found.push(refuse("made-optional", `container ${container.name} would start without ${name}`));
    const lost = listAt(old?.json, "env").length - listAt(container.json, "env").length;
    const sources = listAt(container.json, "envFrom").length - listAt(old?.json, "envFrom").length;
    if (lost > 0 && sources <= 0) found.push(refuse("variable-removed", `container ${container.name} would get ${lost} variables less`));
  }
  for (const place of findSecretsInClear(before, after, templateWay(object.kind)))
    found.push(refuse("secret-in-clear", `${place} holds a secret in the clear`));
  for (const way of [["spec"], ["spec", "jobTemplate", "spec"]])
    if (
      valueAt(before?.json, ...way, "activeDeadlineSeconds") !== undefined &&
      valueAt(after.json, ...way, "activeDeadlineSeconds") === undefined
    )
      found.push(refuse("deadline-removed", `the deadline of ${object.kind} ${object.name} is taken away`));
  for (const toleration of tolerationsOf(after))
    if (
      (textAt(toleration, "key") === undefined || /^node(?:-role)?\.kubernetes\.io\//.test(textAt(toleration, "key") ?? "")) &&
      !tolerationsOf(before).some((one) => JSON.stringify(one) === JSON.stringify(toleration))
    )
      found.push(refuse("tolerates-too-much", `pods of ${object.name} would run on nodes that are kept for the cluster itself, or on any`));
  // The program asked for it all the same: it would start without.
  for (const { field } of changes.filter((change) => change.field.at(-1) === "optional" && change.after === true))
    found.push(refuse("reference-optional", `${fieldText(field)} of ${object.kind} ${object.name} lets pods start without what they need`));
  for (const old of was)
    if (!is.some(({ name }) => name === old.name)) found.push(refuse("container-removed", `container ${old.name} is taken away`));
  const [replicas, wanted] = [numberAt(before?.json, "spec", "replicas"), numberAt(after.json, "spec", "replicas")];
  if (wanted === 0 && replicas !== 0) found.push(refuse("replicas-zero", `${object.kind} ${object.name} would have no pods`));
  if (before !== undefined && hostPowers(after).some((power) => !hostPowers(before).includes(power)))
    found.push(refuse("privileged", `pods of ${object.name} get the node's own: ${hostPowers(after).join(", ")}`));
  if (
    object.kind === "Secret" &&
    Object.keys({ ...textsAt(after.json, "data"), ...textsAt(after.json, "stringData") }).some(
      (key) => textAt(before?.json, "data", key) === undefined && textAt(before?.json, "stringData", key) === undefined,
    )
  )
    found.push(refuse("secret-in-clear", `Secret ${object.name} would be in the repository with its values`));
  if (
    object.kind === "Service" &&
    Object.keys(objectAt(before?.json, "spec", "selector")).length > 0 &&
    Object.keys(objectAt(after.json, "spec", "selector")).length === 0
  )
    found.push(refuse("selector-removed", `Service ${object.name} would choose no pods at all`));
  if (
    before !== undefined &&
    object.kind !== "Service" &&
    JSON.stringify(valueAt(before.json, "spec", "selector")) !== JSON.stringify(valueAt(after.json, "spec", "selector")) &&
    valueAt(after.json, "spec", "template") !== undefined
  )
    found.push(refuse("selector-changed", `the selector of ${object.kind} ${object.name} cannot be changed once it is there`));
  const selector =
    valueAt(after.json, "spec", "selector", "matchLabels") === undefined ? undefined : valueAt(after.json, "spec", "selector");
  if (
    selector !== undefined &&
    isObject(valueAt(after.json, "spec", "template")) &&
    !matchesSelector(selector, labelsOf(valueAt(after.json, "spec", "template")))
  )
    found.push(refuse("selector-unmatched", `the pods of ${object.kind} ${object.name} would not have the labels of its own selector`));
  return found;
}

/** What a container is given out of config maps and secrets: what it cannot start without, and what it can. */
function optionals(container: JsonValue | undefined): { readonly required: readonly string[]; readonly optional: readonly string[] } {
  const given = [
    ...listAt(container, "env").flatMap((one) =>
      ["configMapKeyRef", "secretKeyRef"].map((way) => ({ name: textAt(one, "name") ?? "", ref: valueAt(one, "valueFrom", way) })),
    ),
    ...listAt(container, "envFrom").flatMap((one) =>
      ["configMapRef", "secretRef"].map((way) => ({ name: `${way} ${textAt(one, way, "name") ?? ""}`, ref: valueAt(one, way) })),
    ),
  ].filter(({ ref }) => ref !== undefined);
  const named = (wanted: boolean): string[] =>
    given.filter(({ ref }) => (flagAt(ref, "optional") === true) === wanted).map(({ name }) => name);
  return { required: named(false), optional: named(true) };
}

function containers(object: KubeObject): readonly Container[] {
  const way = templateWay(object.kind);
  return containersOf({ way, template: objectAt(object.json, ...way) });
}

function tolerationsOf(object: KubeObject | undefined): readonly JsonValue[] {
  const way = templateWay(object?.kind);
  return listAt(object?.json, ...way, "spec", "tolerations");
}

function powers(container: JsonValue): readonly string[] {
  const context = objectAt(container, "securityContext");
  return [
    ...(context["privileged"] === true ? ["privileged"] : []),
    ...(context["allowPrivilegeEscalation"] === true ? ["allowPrivilegeEscalation"] : []),
    ...(context["runAsUser"] === 0 ? ["runAsUser 0"] : []),
    ...listAt(context, "capabilities", "add").filter((one): one is string => typeof one === "string"),
  ];
}

function hostPowers(object: KubeObject): readonly string[] {
  const spec = objectAt(object.json, ...templateWay(object.kind), "spec");
  return [
    ...["hostNetwork", "hostPID", "hostIPC"].filter((name) => spec[name] === true),
    ...(listAt(spec, "volumes").some((volume) => isObject(valueAt(volume, "hostPath"))) ? ["hostPath"] : []),
    ...(valueAt(spec, "securityContext", "runAsUser") === 0 ? ["runAsUser 0"] : []),
  ];
}
