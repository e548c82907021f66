import type { JsonValue } from "../messages/conversation.ts";
import { isNowhere } from "./api-groups.ts";
import type { Finding } from "./finding.ts";
import { isObject, type KubeObject, listAt, objectAt, refText, textAt, valueAt } from "./kube-object.ts";
import { quote } from "./quote.ts";

/** Verbs that change nothing. */
const reading: ReadonlySet<string> = new Set(["get", "list", "watch"]);
/** Roles that every cluster has, and that give far more than one program needs. */
const wideRoles: ReadonlySet<string> = new Set(["cluster-admin", "admin", "edit"]);

export interface RightsChange {
  readonly rule: "rights-too-wide" | "right-removed" | "rule-malformed";
  readonly says: string;
}

/** What a change of a role or binding gives beyond what was refused to anybody, and what it takes away; a few sentences. */
export function findRightsChanges(
  before: KubeObject | undefined,
  after: KubeObject,
  findings: readonly Finding[],
): readonly RightsChange[] {
  const name = `${after.kind} ${after.name}`;
  if (after.kind === "Role" || after.kind === "ClusterRole") {
    if (listAt(after.json, "rules").some(isMalformed))
      return [{ rule: "rule-malformed", says: `a rule of ${name} does not have the form of one` }];
    // A right on what its group does not have is none: nobody loses it, and where the group is what is wrong it was meant for the right one.
    const [written, has] = [grantsOf(before), grantsOf(after)];
    const moved = written.filter((grant) => !isSomewhere(grant)).flatMap((grant) => movedTo(grant, after, findings));
    const meant = moved.filter(({ verb }) => verb !== "*");
    const had = written.filter(isSomewhere);
    const alike = (grant: Grant): boolean => written.some((one) => textOf({ ...one, group: grant.group }) === textOf(grant));
    const given = has.filter((grant) => isSomewhere(grant) || !alike(grant));
    const beyond = (some: readonly Grant[], others: readonly Grant[]): readonly Grant[] =>
      some.filter((grant) => !others.some((other) => textOf(other) === textOf(grant))).slice(0, 3);
    const says = (word: string, { verb, resource }: Grant): string => `${name} would ${word} to ${quote(verb, 40)} ${quote(resource, 60)}`;
    return [
      ...beyond(
        given.filter((grant) => isTooWide(grant, findings) || (grant.name === undefined && isOfOne(grant, [...had, ...moved]))),
        [...had, ...meant],
      ).map((grant): RightsChange => ({ rule: "rights-too-wide", says: says("allow", grant) })),
      ...beyond([...had, ...meant], has).map((grant): RightsChange => ({ rule: "right-removed", says: says("no longer allow", grant) })),
    ];
  }
  if (after.kind === "RoleBinding" || after.kind === "ClusterRoleBinding") {
    const known = new Set(listAt(before?.json, "subjects").map((one) => JSON.stringify(one)));
    if (listAt(after.json, "subjects").some((one) => !known.has(JSON.stringify(one)) && !isSubject(one)))
      return [{ rule: "rule-malformed", says: `a subject of ${name} does not have the form of one` }];
    const [role, was] = [after, before].map((one) => textAt(one?.json, "roleRef", "name") ?? "");
    if (role !== undefined && role !== was && wideRoles.has(role))
      return [{ rule: "rights-too-wide", says: `${name} would give the rights of ${role}` }];
  }
  return [];
}

const ruleMembers: ReadonlySet<string> = new Set(["apiGroups", "resources", "resourceNames", "verbs", "nonResourceURLs"]);

function isMalformed(rule: JsonValue): boolean {
  if (!isObject(rule)) return true;
  return Object.entries(rule).some(
    ([member, list]) => !ruleMembers.has(member) || !Array.isArray(list) || list.some((word) => typeof word !== "string"),
  );
}

const subjectMembers: ReadonlySet<string> = new Set(["kind", "apiGroup", "name", "namespace"]);

function isSubject(subject: JsonValue): boolean {
  return isObject(subject) && Object.entries(subject).every(([member, value]) => subjectMembers.has(member) && typeof value === "string");
}

interface Grant {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** Of one object alone; of all where it is absent. */
  readonly name: string | undefined;
}

function grantsOf(role: KubeObject | undefined): readonly Grant[] {
  return listAt(role?.json, "rules").flatMap((rule) => {
    const words = (member: string): readonly string[] =>
      listAt(objectAt(rule), member).filter((one): one is string => typeof one === "string");
    const names = valueAt(rule, "resourceNames") === undefined ? [undefined] : words("resourceNames");
    return words("apiGroups").flatMap((group) =>
      words("resources").flatMap((resource) =>
        words("verbs").flatMap((verb) => (names.length === 0 ? [undefined] : names).map((name) => ({ verb, group, resource, name }))),
      ),
    );
  });
}

function isSomewhere({ group, resource }: Grant): boolean {
  return !isNowhere(group, resource);
}

/** What was given in a group that does not have the resource, as it would be in the one in which it was refused. */
function movedTo(grant: Grant, role: KubeObject, findings: readonly Finding[]): readonly Grant[] {
  return findings
    .filter(({ fault, object }) => fault === "role-group" && refText(object) === refText(role))
    .flatMap(({ candidates }) => candidates.map(({ value }) => ({ ...grant, group: value })))
    .filter(isSomewhere);
}

/** Was the same given for single objects only? */
function isOfOne({ group, resource }: Grant, had: readonly Grant[]): boolean {
  const same = had.filter((one) => one.group === group && one.resource === resource);
  return same.length > 0 && same.every(({ name }) => name !== undefined);
}

function isTooWide({ verb, group, resource }: Grant, findings: readonly Finding[]): boolean {
  if ([verb, group, resource].includes("*")) return true;
  if (findings.some(({ says }) => says.includes(` may not ${verb} ${quote(resource, 60)}`))) return false;
  return !reading.has(verb) || resource === "secrets";
}

function textOf({ verb, group, resource, name }: Grant): string {
  return `${verb} ${group}/${resource}/${name ?? "*"}`;
}
