import type { JsonValue } from "../../messages/conversation.ts";
import { lastRunLog, statesOf } from "../container-state.ts";
import type { Analyzer, Evidence, Finding } from "../finding.ts";
import { type KubeObject, listAt, type ObjectRef, refOf, textAt } from "../kube-object.ts";
import { nearMisses } from "../near.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";

/** What a program was refused by the API server: `User "system:serviceaccount:shop:lister" cannot list resource "pods" in API group "" in the namespace "shop"`. */
interface Denial {
  readonly namespace: string;
  readonly account: string;
  readonly verb: string;
  readonly resource: string;
  readonly group: string;
  readonly evidence: Evidence;
}

const denied =
  /User ['"]system:serviceaccount:([\w.-]+):([\w.-]+)['"] cannot (\w+) resource ['"]([\w./-]+)['"] in API group ['"]([\w.-]*)['"]/;

/** Rights that a service account lacks, as logs and events tell it, and where they would have to be written. */
export const findAccess: Analyzer = (snapshot, namespace) => {
  const seen = new Set<string>();
  return denialsOf(snapshot, namespace).flatMap((denial) => {
    const finding = explain(snapshot, denial);
    if (finding === undefined) return [];
    const key = JSON.stringify([finding.object, finding.field]);
    if (seen.has(key)) return [];
    seen.add(key);
    return [finding];
  });
};

function denialsOf(snapshot: Snapshot, namespace: string): readonly Denial[] {
  const found: Denial[] = [];
  const read = (text: string, object: ObjectRef, from: string): boolean => {
    const parts = denied.exec(text);
    if (parts === null) return false;
    const [, of = "", account = "", verb = "", resource = "", group = ""] = parts;
    found.push({ namespace: of, account, verb, resource, group, evidence: { object, from, text: quote(text, 240) } });
    return true;
  };
  for (const event of snapshot.of("Event", namespace))
    read(
      textAt(event.json, "message") ?? "",
      { kind: textAt(event.json, "involvedObject", "kind") ?? "", namespace, name: textAt(event.json, "involvedObject", "name") ?? "" },
      "event",
    );
  for (const pod of snapshot.of("Pod", namespace))
    for (const state of statesOf(pod)) {
      const current = snapshot.log({ namespace, pod: pod.name, container: state.name, previous: false }) ?? [];
      // Newest lines: what was refused long ago may be allowed since.
      const lines = [...(lastRunLog(snapshot, pod, state) ?? []), ...current].slice(-40);
      lines.toReversed().some((line) => read(line, refOf(pod), "log"));
    }
  return found;
}

/** `undefined` where the right is there now: it was refused before. */
function explain(snapshot: Snapshot, denial: Denial): Finding | undefined {
  const { namespace, account, verb, resource, group, evidence } = denial;
  const says = `service account ${account} may not ${verb} ${quote(resource, 60)}`;
  const bindings = ["RoleBinding", "ClusterRoleBinding"].flatMap((kind) =>
    snapshot.of(kind, kind === "RoleBinding" ? namespace : undefined),
  );
  const bound = bindings.filter((binding) => subjectsOf(binding).some((subject) => isAccount(subject, binding, account, namespace)));
  if (bound.some((binding) => rulesOf(snapshot, binding, namespace).some((rule) => allows(rule, denial)))) return undefined;
  for (const binding of bound) {
    const [kind, name] = [textAt(binding.json, "roleRef", "kind") ?? "", textAt(binding.json, "roleRef", "name") ?? ""];
    const role = snapshot.find(kind, kind === "Role" ? namespace : undefined, name);
    if (role === undefined) {
      const roles = snapshot.of(kind, kind === "Role" ? namespace : undefined).map((one) => one.name);
      return finding(
        refOf(binding),
        ["roleRef", "name"],
        name,
        `${says}: ${binding.kind} ${binding.name} gives it ${kind} ${quote(name, 80)}, which is not there`,
        evidence,
        "role-missing",
        nearMisses(name, roles),
      );
    }
    const rules = listAt(role.json, "rules");
    const aboutIt = rules.findIndex((rule) => [resource, "*"].some((one) => wholes(rule, "resources").includes(one)));
    if (aboutIt >= 0) {
      const rule = rules[aboutIt] ?? null;
      const groups = wholes(rule, "apiGroups");
      if (!groups.includes(group) && !groups.includes("*"))
        return finding(
          refOf(role),
          ["rules", aboutIt, "apiGroups"],
          groups.join(", "),
          `${says}: ${role.kind} ${role.name} allows it in another API group than ${quote(group, 40)}`,
          evidence,
          "role-group",
          [group],
        );
      return finding(
        refOf(role),
        ["rules", aboutIt, "verbs"],
        wholes(rule, "verbs").join(", "),
        `${says}: the rule of ${role.kind} ${role.name} for it does not have the verb`,
        evidence,
        "role-verb",
        [verb],
      );
    }
    return finding(
      refOf(role),
      ["rules"],
      undefined,
      `${says}: no rule of ${role.kind} ${role.name} is about it`,
      evidence,
      "role-resource",
      [],
    );
  }
  // Nobody binds the account: a binding of a near name was perhaps meant for it.
  for (const binding of bindings) {
    const subjects = subjectsOf(binding);
    const index = subjects.findIndex(
      (subject) =>
        textAt(subject, "kind") === "ServiceAccount" &&
        (nearMisses(account, [textAt(subject, "name") ?? ""]).length > 0 || textAt(subject, "name") === account),
    );
    if (index < 0) continue;
    const subject = subjects[index];
    const member = textAt(subject, "name") === account ? "namespace" : "name";
    return finding(
      refOf(binding),
      ["subjects", index, member],
      textAt(subject, member),
      `${says}: ${binding.kind} ${binding.name} is for ${quote(`${textAt(subject, "namespace") ?? ""}/${textAt(subject, "name") ?? ""}`, 80)}`,
      evidence,
      "binding-subject",
      [member === "name" ? account : namespace],
    );
  }
  return finding(
    { kind: "ServiceAccount", namespace, name: account },
    [],
    undefined,
    `${says}: no binding gives it a role`,
    evidence,
    "binding-missing",
    [],
  );
}

function rulesOf(snapshot: Snapshot, binding: KubeObject, namespace: string): readonly JsonValue[] {
  const [kind, name] = [textAt(binding.json, "roleRef", "kind") ?? "", textAt(binding.json, "roleRef", "name") ?? ""];
  return listAt(snapshot.find(kind, kind === "Role" ? namespace : undefined, name)?.json, "rules");
}

function allows(rule: JsonValue, { verb, resource, group }: Denial): boolean {
  const holds = (member: string, word: string): boolean => [word, "*"].some((one) => wholes(rule, member).includes(one));
  return holds("verbs", verb) && holds("resources", resource) && holds("apiGroups", group);
}

function wholes(rule: JsonValue, member: string): readonly string[] {
  return listAt(rule, member).filter((one): one is string => typeof one === "string");
}

function finding(
  object: ObjectRef,
  field: Finding["field"],
  value: string | undefined,
  says: string,
  evidence: Evidence,
  fault: string,
  candidates: readonly string[],
): Finding {
  return {
    fault,
    severity: "cause",
    object,
    field,
    value,
    says,
    evidence: [evidence],
    candidates: candidates.map((one) => ({ value: one, why: "what was asked for" })),
  };
}

function subjectsOf(binding: KubeObject): readonly JsonValue[] {
  return listAt(binding.json, "subjects");
}

function isAccount(subject: JsonValue, binding: KubeObject, account: string, namespace: string): boolean {
  if (textAt(subject, "kind") === "Group") return textAt(subject, "name") === `system:serviceaccounts:${namespace}`;
  return (
    textAt(subject, "kind") === "ServiceAccount" &&
    textAt(subject, "name") === account &&
    (textAt(subject, "namespace") ?? binding.namespace) === namespace
  );
}
