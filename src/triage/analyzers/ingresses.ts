import type { Analyzer, Finding } from "../finding.ts";
import { type FieldStep, type KubeObject, listAt, numberAt, objectAt, refOf, textAt, textsAt, valueAt } from "../kube-object.ts";
import type { JsonValue } from "../../messages/conversation.ts";
import { nearMisses } from "../near.ts";
import { quote } from "../quote.ts";
import { certificateFor } from "./issuers.ts";
import { keysOf } from "./references.ts";
import type { Snapshot } from "../snapshot.ts";
import { containersOf, labelsOf, selects, workloadsOf } from "../workloads.ts";

/** Ingresses whose class, backend service, port or certificate is not there. */
export const findIngresses: Analyzer = (snapshot, namespace) =>
  snapshot.of("Ingress", namespace).flatMap((ingress) => {
    const backends: { readonly backend: JsonValue | undefined; readonly field: readonly FieldStep[] }[] = [];
    if (valueAt(ingress.json, "spec", "defaultBackend") !== undefined)
      backends.push({ backend: valueAt(ingress.json, "spec", "defaultBackend"), field: ["spec", "defaultBackend"] });
    listAt(ingress.json, "spec", "rules").forEach((rule, at) =>
      listAt(rule, "http", "paths").forEach((path, index) =>
        backends.push({ backend: objectAt(path, "backend"), field: ["spec", "rules", at, "http", "paths", index, "backend"] }),
      ),
    );
    return [
      ...classFindings(snapshot, ingress),
      ...backends.flatMap(({ backend, field }) => backendFindings(snapshot, ingress, backend, field)),
      ...certificateFindings(snapshot, ingress),
    ];
  });

function classFindings(snapshot: Snapshot, ingress: KubeObject): Finding[] {
  const wanted = textAt(ingress.json, "spec", "ingressClassName");
  const classes = snapshot.of("IngressClass");
  if (wanted === undefined || !snapshot.covers("IngressClass") || classes.some(({ name }) => name === wanted)) return [];
  const names = classes.map(({ name }) => name);
  return [
    {
      fault: "ingress-class",
      severity: "cause",
      object: refOf(ingress),
      field: ["spec", "ingressClassName"],
      value: wanted,
      says: `Ingress ${ingress.name} is of class ${quote(wanted, 60)}, which no controller has`,
      evidence: [{ object: refOf(ingress), from: "classes in the cluster", text: quote(names.join(", ") || "none") }],
      candidates: [...new Set([...nearMisses(wanted, names), ...names])]
        .slice(0, 3)
        .map((value) => ({ value, why: "a class of the cluster" })),
    },
  ];
}

function backendFindings(snapshot: Snapshot, ingress: KubeObject, backend: JsonValue | undefined, field: readonly FieldStep[]): Finding[] {
  const name = textAt(backend, "service", "name");
  if (name === undefined || !snapshot.covers("Service")) return [];
  const service = snapshot.find("Service", ingress.namespace, name);
  if (service === undefined) {
    const names = snapshot.of("Service", ingress.namespace).map((one) => one.name);
    return [
      {
        fault: "ingress-backend",
        severity: "cause",
        object: refOf(ingress),
        field: [...field, "service", "name"],
        value: name,
        says: `Ingress ${ingress.name} sends to Service ${quote(name, 80)}, which is not in namespace ${ingress.namespace ?? ""}`,
        evidence: [{ object: refOf(ingress), from: "services there", text: quote(names.join(", ")) }],
        candidates: likelyBackends(snapshot, ingress, backend, nearMisses(name, names)),
      },
    ];
  }
  const ports = listAt(service.json, "spec", "ports");
  const number = numberAt(backend, "service", "port", "number");
  const named = textAt(backend, "service", "port", "name");
  if (
    ports.some((port) => (number === undefined ? named !== undefined && textAt(port, "name") === named : numberAt(port, "port") === number))
  )
    return [];
  const member = number === undefined ? "name" : "number";
  return [
    {
      fault: "ingress-port",
      severity: "cause",
      object: refOf(ingress),
      field: [...field, "service", "port", member],
      value: number === undefined ? named : String(number),
      says: `Ingress ${ingress.name} sends to ${number === undefined && named === undefined ? "no port" : `port ${quote(String(number ?? named), 40)}`} of Service ${name}, which has no such port`,
      evidence: [
        {
          object: refOf(service),
          from: "its ports",
          text: quote(ports.map((port) => `${textAt(port, "name") ?? "(no name)"} ${numberAt(port, "port") ?? ""}`).join(", ")),
        },
      ],
      candidates: likelyPorts(snapshot, service, number).flatMap((port) => {
        const value = member === "name" ? textAt(port, "name") : numberAt(port, "port");
        return value === undefined ? [] : [{ value: String(value), why: `a port of Service ${name}` }];
      }),
    },
  ];
}

/** Ports of a service that may have been meant: where the number is one at which its pods listen, those that lead there; else all. */
function likelyPorts(snapshot: Snapshot, service: KubeObject, number: number | undefined): readonly JsonValue[] {
  const ports = listAt(service.json, "spec", "ports");
  const declared = workloadsOf(snapshot, service.namespace ?? "")
    .filter(({ template }) => selects(textsAt(service.json, "spec", "selector"), labelsOf(template)))
    .flatMap((workload) => containersOf(workload).flatMap(({ json }) => listAt(json, "ports")));
  const leadsThere = (port: JsonValue): boolean => {
    const target = valueAt(port, "targetPort") ?? numberAt(port, "port");
    return target === number || declared.some((one) => textAt(one, "name") === target && numberAt(one, "containerPort") === number);
  };
  const leading = number === undefined ? [] : ports.filter(leadsThere);
  return leading.length > 0 ? leading : ports;
}

/** Of services with a name that comes near those that have the port as well; where none has it, all of them. */
function likelyBackends(
  snapshot: Snapshot,
  ingress: KubeObject,
  backend: JsonValue | undefined,
  names: readonly string[],
): Finding["candidates"] {
  const [number, port] = [numberAt(backend, "service", "port", "number"), textAt(backend, "service", "port", "name")];
  const fitting = names.filter((name) =>
    listAt(snapshot.find("Service", ingress.namespace, name)?.json, "spec", "ports").some((one) =>
      number === undefined ? textAt(one, "name") === port : numberAt(one, "port") === number,
    ),
  );
  return fitting.length > 0
    ? fitting.map((value) => ({ value, why: "a service of that namespace, with that port" }))
    : names.map((value) => ({ value, why: "a service of that namespace" }));
}

function certificateFindings(snapshot: Snapshot, ingress: KubeObject): Finding[] {
  if (!snapshot.covers("Secret")) return [];
  const secrets = snapshot.of("Secret", ingress.namespace);
  return listAt(ingress.json, "spec", "tls").flatMap((tls, index): Finding[] => {
    const name = textAt(tls, "secretName");
    if (name === undefined) return [];
    const secret = secrets.find((one) => one.name === name);
    if (secret !== undefined && holdsCertificate(secret)) return [];
    const certificate = certificateFor(snapshot, ingress.namespace, name);
    return [
      {
        fault: "ingress-certificate",
        severity: certificate === undefined ? "cause" : "symptom",
        object: refOf(ingress),
        field: ["spec", "tls", index, "secretName"],
        value: name,
        says: `Ingress ${ingress.name} takes its certificate from Secret ${quote(name, 80)}, which ${secret === undefined ? "is not there" : "holds none"}${certificate === undefined ? "" : `: Certificate ${certificate.name} is to fill it`}`,
        evidence: [],
        candidates: nearMisses(
          name,
          secrets.filter(holdsCertificate).map((one) => one.name),
        ).map((value) => ({ value, why: "a secret of that namespace" })),
      },
    ];
  });
}

/** Has it the keys of a certificate? One whose keys a recording has left out may have them. */
function holdsCertificate(secret: KubeObject): boolean {
  const keys = keysOf(secret);
  return keys === undefined || keys.includes("tls.crt") || textAt(secret.json, "type") === "kubernetes.io/tls";
}
