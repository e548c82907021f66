import type { Candidate, Finding } from "../finding.ts";
import { type FieldStep, listAt, refOf, textAt, valueAt } from "../kube-object.ts";
import { quote } from "../quote.ts";
import { type Container, containersOf, type Workload } from "../workloads.ts";

/** A setting that a standard demands of a container; `ofPod`: the pod may say it for all of its containers. */
interface Demand {
  readonly member: readonly string[];
  readonly wanted: string;
  readonly ofPod: boolean;
}

/** What the API server writes behind `must set securityContext.`. Source: `k8s.io/pod-security-admission/policy`. */
const demands: Readonly<Record<string, Demand>> = {
  "allowPrivilegeEscalation=false": { member: ["allowPrivilegeEscalation"], wanted: "false", ofPod: false },
  'capabilities.drop=["ALL"]': { member: ["capabilities", "drop"], wanted: "ALL", ofPod: false },
  "runAsNonRoot=true": { member: ["runAsNonRoot"], wanted: "true", ofPod: true },
  'seccompProfile.type to "RuntimeDefault" or "Localhost"': { member: ["seccompProfile", "type"], wanted: "RuntimeDefault", ofPod: true },
};

/** So many are told of one workload. */
const most = 8;

/**
 * Pods that do not keep to the pod security standard of their namespace, by the API server's own words: a finding for each setting that it demands. What it
 * forbids (`hostNetwork=true`) is told as one, with no way to mend it: whether the program can do without is not known. Empty where the template keeps to it by now.
 */
export function insecurePods(workload: Workload, said: string, evidence: Finding["evidence"]): readonly Finding[] | undefined {
  const [, standard = "", list = ""] = /violates PodSecurity "([\w:.-]{1,60})": (.{1,4000})/.exec(said) ?? [];
  if (list === "") return undefined;
  const checks = [...list.matchAll(/([^(),][^()]{0,200}?) \(([^()]{1,600})\)/g)].map(([whole, , detail = ""]) => ({
    whole: whole.replace(/^[\s,]+/, ""),
    detail,
  }));
  const known = checks.flatMap(({ whole, detail }) => {
    const [, names = "", setting = ""] = /^(.*?) must set securityContext\.(.+)$/.exec(detail) ?? [];
    const demand = Object.hasOwn(demands, setting) ? demands[setting] : undefined;
    return demand === undefined ? [] : [{ whole, demand, names: [...names.matchAll(/"([\w.-]+)"/g)].map(([, name]) => name ?? "") }];
  });
  const told = known.flatMap(({ whole, demand, names }) =>
    containersOf(workload)
      .filter((container) => names.includes(container.name) && !keepsTo(workload, container, demand))
      .map((container) => unmet(workload, container, demand, standard, [{ ...oneOf(evidence), text: quote(whole, 200) }])),
  );
  const others = checks.filter(({ whole }) => known.every((one) => one.whole !== whole)).map(({ whole }) => whole);
  return [...told.slice(0, most), ...(others.length === 0 && checks.length > 0 ? [] : [forbidden(workload, standard, others, evidence)])];
}

function oneOf(evidence: Finding["evidence"]): Omit<Finding["evidence"][number], "text"> {
  const [first] = evidence;
  return { object: first?.object ?? { kind: "", namespace: undefined, name: "" }, from: first?.from ?? "event" };
}

/** Does the container say what is demanded, or its pod for it? */
function keepsTo({ template }: Pick<Workload, "template">, { json }: Pick<Container, "json">, { member, wanted, ofPod }: Demand): boolean {
  const own = valueAt(json, "securityContext", ...member) ?? (ofPod ? valueAt(template, "spec", "securityContext", ...member) : undefined);
  if (member.includes("drop")) return listAt(json, "securityContext", ...member).includes(wanted);
  return String(own) === wanted && typeof own === (wanted === "true" || wanted === "false" ? "boolean" : "string");
}

function unmet(workload: Workload, container: Container, demand: Demand, standard: string, evidence: Finding["evidence"]): Finding {
  const { member, wanted } = demand;
  const path = `securityContext.${member.join(".")}`;
  const isList = member.includes("drop");
  // A list that is there gets one member more, one that is not is written whole.
  const isThere = isList && valueAt(container.json, "securityContext", ...member) !== undefined;
  const value = isList && !isThere ? `[${wanted}]` : wanted;
  const candidates: Candidate[] = [{ value, why: "what the standard demands", yaml: isList && !isThere }];
  return {
    fault: "pod-security",
    severity: "cause",
    object: refOf(workload.object),
    field: [...container.field, "securityContext", ...member],
    value: textAt(container.json, "securityContext", ...member),
    says: `pods of ${workload.object.name} are refused by the pod security standard ${quote(standard, 60)}: container ${container.name} has to set ${path} to ${isList ? `[${wanted}]` : wanted}`,
    evidence,
    candidates,
  };
}

function forbidden({ object, way }: Workload, standard: string, others: readonly string[], evidence: Finding["evidence"]): Finding {
  return {
    fault: "pod-security-forbids",
    severity: "cause",
    object: refOf(object),
    field: [...way, "spec"],
    value: undefined,
    says: `pods of ${object.name} are refused by the pod security standard ${quote(standard, 60)}${others.length === 0 ? "" : `: ${quote(others.join(", "), 200)}`}`,
    evidence,
    candidates: [],
  };
}

/** The demand that a finding of this kind is about; by its field. */
export function demandAt(field: readonly FieldStep[]): Demand | undefined {
  const at = field.indexOf("securityContext");
  const path = field.slice(at + 1).join(".");
  return Object.values(demands).find(({ member }) => member.join(".") === path);
}

/** Why a container would be refused again, or could not start with what it sets; `undefined` where it keeps to the demand. */
export function whyInsecure(workload: Workload, container: Container, demand: Demand): string | undefined {
  if (!keepsTo(workload, container, demand))
    return `container ${container.name} does not set ${demand.member.join(".")} to ${demand.wanted}`;
  if (demand.member[0] !== "runAsNonRoot") return undefined;
  const user =
    valueAt(container.json, "securityContext", "runAsUser") ?? valueAt(workload.template, "spec", "securityContext", "runAsUser");
  return typeof user === "number" && user > 0
    ? undefined
    : `nothing shows that the image of container ${container.name} runs as another user than root`;
}
