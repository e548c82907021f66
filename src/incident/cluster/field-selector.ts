import { CloisterError } from "../../error.ts";
import { textAt, type RecordedObject } from "./recorded-object.ts";
import type { ResourceType } from "./resource-types.ts";

export interface FieldRequirement {
  readonly field: string;
  readonly equal: boolean;
  readonly value: string;
}

/** The fields beside a name and a namespace that Kubernetes lets a client select by, for each resource. */
const selectable: Readonly<Record<string, readonly string[]>> = {
  "/pods": [
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.nominatedNodeName",
  ],
  "/nodes": ["spec.unschedulable"],
  "/namespaces": ["status.phase"],
  "/secrets": ["type"],
  "/services": ["spec.clusterIP", "spec.type"],
  "/replicationcontrollers": ["status.replicas"],
  "/events": [
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
  ],
  "events.k8s.io/events": [
    "reason",
    "regarding.kind",
    "regarding.namespace",
    "regarding.name",
    "regarding.uid",
    "regarding.apiVersion",
    "regarding.resourceVersion",
    "regarding.fieldPath",
    "reportingController",
    "type",
  ],
  "batch/jobs": ["status.successful"],
};

/**
 * The requirements of a `fieldSelector` parameter (`a=b`, `a==b`, `a!=b`, joined by commas; a backslash escapes).
 *
 * @throws {CloisterError} `bad-request` for a field that the resource is not selected by, in the API's words
 */
export function parseFieldSelector(text: string, type: ResourceType): readonly FieldRequirement[] {
  const known = selectable[`${type.group}/${type.resource}`];
  return splitUnescaped(text).map((term) => {
    const parts = /^((?:[^\\=!]|\\.)*?)(==|!=|=)((?:[^\\]|\\.)*)$/.exec(term);
    if (parts === null) throw refused(`invalid selector: '${text}'; can't understand '${term}'`);
    const [, field = "", operator, value = ""] = parts;
    if (field !== "metadata.name" && field !== "metadata.namespace" && !(known ?? []).includes(field)) {
      throw refused(
        known === undefined
          ? `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`
          : `field label not supported: ${field}`,
      );
    }
    return { field, equal: operator !== "!=", value: value.replaceAll(/\\(.)/g, "$1") };
  });
}

export function matchesFields(requirements: readonly FieldRequirement[], object: RecordedObject): boolean {
  return requirements.every(({ field, equal, value }) => (fieldOf(object, field) === value) === equal);
}

/** A field as the API compares it: what is not set is empty, or `false` where it is a yes-or-no. Events are kept in the core form. */
function fieldOf(object: RecordedObject, field: string): string {
  if (field.startsWith("regarding.")) return fieldOf(object, field.replace("regarding.", "involvedObject."));
  switch (field) {
    case "source":
      return textAt(object, "source", "component") || textAt(object, "reportingComponent");
    case "reportingController":
      return textAt(object, "reportingComponent");
    case "status.successful":
      return textAt(object, "status", "succeeded") || "0";
    case "spec.unschedulable":
    case "spec.hostNetwork":
      return textAt(object, ...field.split(".")) || "false";
    default:
      return textAt(object, ...field.split("."));
  }
}

function splitUnescaped(text: string): string[] {
  return text.split(/(?<!\\),/).filter((term) => term !== "");
}

function refused(message: string): CloisterError {
  return new CloisterError("bad-request", message, { field: "fieldSelector" });
}
