// The fix of rbac-denied: roster may watch what it follows, nobody gets another right, and nothing else changes.
import { checkKept, verify } from "../../check-manifests.mjs";

const account = { namespace: "fleet", name: "roster" };
const wanted = { verb: "watch", group: "discovery.k8s.io", resource: "endpointslices" };

verify(import.meta.url, ({ base, head, check }) => {
  const rights = rightsOf(head, account);
  const watches = rights.includes(textOf(wanted));
  check("may-watch", watches, watches ? "roster may watch endpointslices" : "the account roster still may not watch endpointslices in group discovery.k8s.io");

  const had = new Set([...rightsOf(base, account), textOf(wanted)]);
  const more = rights.filter((right) => !had.has(right));
  const fewer = [...had].filter((right) => right !== textOf(wanted) && !rights.includes(right));
  const others = accountsOf(head).filter(({ namespace, name }) => name !== account.name || namespace !== account.namespace);
  const widened = others.filter((one) => rightsOf(head, one).some((right) => !rightsOf(base, one).includes(right)));
  const kept = more.length === 0 && fewer.length === 0 && widened.length === 0 && !head.has("ClusterRoleBinding/undefined/roster");
  const why = [
    ...more.map((right) => `roster may ${right} as well`),
    ...fewer.map((right) => `roster may no longer ${right}`),
    ...widened.map(({ name }) => `${name} may do more than before`),
  ];
  check("least-rights", kept, kept ? "nobody gets another right" : why.join("; ") || "the rights hold in every namespace");

  checkKept(check, base, head, (path) => path.startsWith("Role/fleet/roster: rules"));
});

/** The rights of an account in its namespace, each as one text; those that hold everywhere are marked. */
function rightsOf(objects, { namespace, name }) {
  const all = [...objects.values()];
  return all
    .filter(({ kind }) => kind === "RoleBinding" || kind === "ClusterRoleBinding")
    .filter((binding) => binding.subjects?.some((one) => one.kind === "ServiceAccount" && one.name === name && one.namespace === namespace))
    .flatMap((binding) => {
      const role = all.find(({ kind, metadata }) => kind === binding.roleRef.kind && metadata.name === binding.roleRef.name);
      const where = binding.kind === "ClusterRoleBinding" ? " everywhere" : "";
      if (role === undefined) return [`all that ${binding.roleRef.name} may${where}`];
      return (role.rules ?? []).flatMap(({ apiGroups = [], resources = [], resourceNames = ["*"], verbs = [] }) =>
        apiGroups.flatMap((group) =>
          resources.flatMap((resource) =>
            resourceNames.flatMap((one) => verbs.map((verb) => textOf({ verb, group, resource: one === "*" ? resource : `${resource}/${one}` }) + where)),
          ),
        ),
      );
    });
}

function accountsOf(objects) {
  return [...objects.values()]
    .flatMap(({ kind, subjects }) => (kind === "RoleBinding" || kind === "ClusterRoleBinding" ? (subjects ?? []) : []))
    .filter(({ kind }) => kind === "ServiceAccount");
}

function textOf({ verb, group, resource }) {
  return `${verb} ${resource} in group "${group}"`;
}
