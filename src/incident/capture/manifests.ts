import { stringify } from "yaml";
import { isMembers, textAt, type Members, type RecordedObject } from "../cluster/recorded-object.ts";
import type { CapturedKind } from "./captured.ts";

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/** Kinds that people write, where nobody's controller made the object. */
const written = new Set([
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "CronJob",
  "Service",
  "Ingress",
  "ConfigMap",
  "HorizontalPodAutoscaler",
  "PodDisruptionBudget",
  "NetworkPolicy",
  "PersistentVolumeClaim",
  "ResourceQuota",
  "LimitRange",
  "Role",
  "RoleBinding",
]);

export interface WrittenManifests {
  /** Text by path below the repository. */
  readonly files: ReadonlyMap<string, string>;
  /** How many are as they were applied, and how many were worked out from the object as it stands. */
  readonly applied: number;
  readonly derived: number;
}

/**
 * A repository's manifests from a namespace's (redacted) objects: as they were last applied with kubectl, and where an object of a kind that
 * people write says nothing about that, the object without what servers and controllers add. Secrets are never written. Pure.
 */
export function writeManifests(kinds: readonly CapturedKind[], namespace: string): WrittenManifests {
  const files = new Map<string, string>();
  let applied = 0;
  let derived = 0;
  for (const { objects } of kinds)
    for (const object of objects) {
      if (object.metadata.namespace !== namespace || object.kind === "Secret") continue;
      const last = appliedForm(object);
      const form = last ?? (isWritten(object) ? withoutServerFields(object) : undefined);
      if (form === undefined) continue;
      const path = pathOf(object, files);
      files.set(path, stringify(form, { lineWidth: 0, aliasDuplicateObjects: false }));
      if (last === undefined) derived++;
      else applied++;
    }
  return { files, applied, derived };
}

function appliedForm(object: RecordedObject): Members | undefined {
  const text = object.metadata.annotations?.[lastApplied];
  if (text === undefined) return undefined;
  try {
    const form: unknown = JSON.parse(text);
    if (!isMembers(form) || textAt(form, "kind") !== object.kind || textAt(form, "metadata", "name") !== object.metadata.name)
      return undefined;
    const { annotations, ...metadata } = form["metadata"] as Members;
    const some = isMembers(annotations) && Object.keys(annotations).length > 0;
    return inUsualOrder({ ...form, metadata: { ...metadata, ...(some ? { annotations } : {}) } });
  } catch {
    return undefined;
  }
}

function isWritten(object: RecordedObject): boolean {
  if (!written.has(object.kind) || object.metadata["ownerReferences"] !== undefined) return false;
  return object.metadata.name !== "kube-root-ca.crt" && !(object.kind === "Service" && object.metadata.name === "kubernetes");
}

const serverAnnotations =
  /^(?:deployment\.kubernetes\.io|pv\.kubernetes\.io|volume\.(?:beta\.)?kubernetes\.io|deprecated\.daemonset\.template)/;

function withoutServerFields(object: RecordedObject): Members {
  const { status: _, metadata, ...rest } = object;
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => !serverAnnotations.test(key) && key !== lastApplied);
  const form = {
    ...rest,
    metadata: {
      name: metadata.name,
      namespace: metadata.namespace,
      ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
      ...(annotations.length === 0 ? {} : { annotations: Object.fromEntries(annotations) }),
    },
  };
  return inUsualOrder(object.kind === "Service" ? { ...form, spec: withoutAddresses(form) } : form);
}

/** What a server gives to a service by itself. */
function withoutAddresses(service: Members): Members {
  const spec = isMembers(service["spec"]) ? service["spec"] : {};
  const headless = spec["clusterIP"] === "None";
  const {
    clusterIP: _ip,
    clusterIPs: _ips,
    ipFamilies: _families,
    ipFamilyPolicy: _policy,
    internalTrafficPolicy: _traffic,
    ...kept
  } = spec;
  return headless ? { ...kept, clusterIP: "None" } : kept;
}

/** `apiVersion`, `kind` and `metadata` first, as people write them. */
function inUsualOrder({ apiVersion, kind, metadata, ...rest }: Members): Members {
  return { apiVersion, kind, metadata, ...rest };
}

/** Names of objects have no slash in them, and colons of roles are no part of a file's name. */
function pathOf(object: RecordedObject, taken: ReadonlyMap<string, string>): string {
  const stem = `deploy/${object.metadata.name.replaceAll(/[^A-Za-z0-9.-]/g, "-")}-${object.kind.toLowerCase()}`;
  for (let number = 1; ; number++) {
    const path = `${stem}${number === 1 ? "" : `-${number}`}.yaml`;
    if (!taken.has(path)) return path;
  }
}
