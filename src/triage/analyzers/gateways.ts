import type { JsonValue } from "../../messages/conversation.ts";
import type { Analyzer, Evidence, Finding } from "../finding.ts";
import { type FieldStep, type KubeObject, listAt, numberAt, objectAt, refOf, textAt } from "../kube-object.ts";
import { nearMisses } from "../near.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";

const routes = ["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute"] as const;

/** Of the Gateway API: gateways whose class is not there or not accepted, routes to gateways, listeners, services or ports that are not there. */
export const findGateways: Analyzer = (snapshot, namespace) => [
  ...snapshot.of("Gateway", namespace).flatMap((gateway) => [...classFindings(snapshot, gateway), ...listenerFindings(snapshot, gateway)]),
  ...routes.flatMap((kind) => snapshot.of(kind, namespace)).flatMap((route) => routeFindings(snapshot, route)),
];

function classFindings(snapshot: Snapshot, gateway: KubeObject): Finding[] {
  const wanted = textAt(gateway.json, "spec", "gatewayClassName");
  if (wanted === undefined || !snapshot.covers("GatewayClass")) return [];
  const found = snapshot.find("GatewayClass", undefined, wanted);
  const names = snapshot.of("GatewayClass").map(({ name }) => name);
  if (found === undefined)
    return [
      {
        fault: "gateway-class",
        severity: "cause",
        object: refOf(gateway),
        field: ["spec", "gatewayClassName"],
        value: wanted,
        says: `Gateway ${gateway.name} is of class ${quote(wanted, 60)}, which the cluster does not have`,
        evidence: [{ object: refOf(gateway), from: "classes in the cluster", text: quote(names.join(", ") || "none") }],
        candidates: [...new Set([...nearMisses(wanted, names), ...names])]
          .slice(0, 3)
          .map((value) => ({ value, why: "a class of the cluster" })),
      },
    ];
  const [refused] = failedConditions(found, listAt(found.json, "status", "conditions"), ["Accepted"]);
  if (refused === undefined) return [];
  return [
    {
      fault: "gateway-class-refused",
      severity: "fault",
      object: refOf(found),
      field: ["spec", "controllerName"],
      value: textAt(found.json, "spec", "controllerName"),
      says: `no controller accepts GatewayClass ${found.name}, of which Gateway ${gateway.name} is`,
      evidence: [refused],
      candidates: [],
    },
  ];
}

/** Certificates that its listeners are to show. */
function listenerFindings(snapshot: Snapshot, gateway: KubeObject): Finding[] {
  if (!snapshot.covers("Secret")) return [];
  return listAt(gateway.json, "spec", "listeners").flatMap((listener, index) =>
    listAt(listener, "tls", "certificateRefs").flatMap((reference, at): Finding[] => {
      const name = textAt(reference, "name");
      const of = textAt(reference, "namespace") ?? gateway.namespace;
      // Of a namespace of which no secret was read nothing is known.
      const secrets = snapshot.of("Secret", of);
      if (name === undefined || (textAt(reference, "kind") ?? "Secret") !== "Secret") return [];
      if (secrets.some((one) => one.name === name) || (of !== gateway.namespace && secrets.length === 0)) return [];
      const names = secrets.filter(({ json }) => textAt(json, "type") === "kubernetes.io/tls").map((one) => one.name);
      return [
        {
          fault: "gateway-certificate",
          severity: "cause",
          object: refOf(gateway),
          field: ["spec", "listeners", index, "tls", "certificateRefs", at, "name"],
          value: name,
          says: `Gateway ${gateway.name} takes a certificate from Secret ${quote(name, 80)}, which is not there`,
          evidence: failedConditions(gateway, listAt(gateway.json, "status", "conditions"), ["Programmed", "ResolvedRefs"]),
          candidates: nearMisses(name, names).map((value) => ({ value, why: "a certificate of that namespace" })),
        },
      ];
    }),
  );
}

function routeFindings(snapshot: Snapshot, route: KubeObject): Finding[] {
  const parents = listAt(route.json, "spec", "parentRefs").flatMap((parent, index) => parentFindings(snapshot, route, parent, index));
  const backends = listAt(route.json, "spec", "rules").flatMap((rule, index) =>
    listAt(rule, "backendRefs").flatMap((backend, at) =>
      backendFindings(snapshot, route, backend, ["spec", "rules", index, "backendRefs", at]),
    ),
  );
  const found = [...parents, ...backends];
  if (found.length > 0) return found;
  // Whatever else its gateway has against it, in the controller's words; of what it says of references only what is above counts, which is newer.
  const [refused] = listAt(route.json, "status", "parents").flatMap((parent) =>
    failedConditions(route, listAt(parent, "conditions"), ["Accepted"]),
  );
  if (refused === undefined) return [];
  return [
    {
      fault: "route-refused",
      severity: "fault",
      object: refOf(route),
      field: ["spec", "parentRefs"],
      says: `${route.kind} ${route.name} is not accepted by its gateway`,
      evidence: [refused],
      candidates: [],
    },
  ];
}

function parentFindings(snapshot: Snapshot, route: KubeObject, parent: JsonValue, index: number): Finding[] {
  const name = textAt(parent, "name");
  const of = textAt(parent, "namespace") ?? route.namespace;
  if (name === undefined || (textAt(parent, "kind") ?? "Gateway") !== "Gateway" || !snapshot.covers("Gateway")) return [];
  const gateways = snapshot.of("Gateway", of);
  const gateway = gateways.find((one) => one.name === name);
  const at = { severity: "cause" as const, object: refOf(route), evidence: [] };
  if (gateway === undefined) {
    // Of another namespace of which no gateway was read nothing is known.
    if (of !== route.namespace && gateways.length === 0) return [];
    return [
      {
        ...at,
        fault: "route-gateway",
        field: ["spec", "parentRefs", index, "name"],
        value: name,
        says: `${route.kind} ${route.name} belongs to Gateway ${quote(name, 80)}, which is not in namespace ${of ?? ""}`,
        candidates: nearMisses(
          name,
          gateways.map((one) => one.name),
        ).map((value) => ({ value, why: "a gateway of that namespace" })),
      },
    ];
  }
  const section = textAt(parent, "sectionName");
  const listeners = listAt(gateway.json, "spec", "listeners").flatMap((one) => textAt(one, "name") ?? []);
  if (section === undefined || listeners.includes(section)) return [];
  return [
    {
      ...at,
      fault: "route-listener",
      field: ["spec", "parentRefs", index, "sectionName"],
      value: section,
      says: `${route.kind} ${route.name} belongs to listener ${quote(section, 60)} of Gateway ${name}, which has none of that name`,
      candidates: [...new Set([...nearMisses(section, listeners), ...listeners])]
        .slice(0, 3)
        .map((value) => ({ value, why: `a listener of Gateway ${name}` })),
    },
  ];
}

function backendFindings(snapshot: Snapshot, route: KubeObject, backend: JsonValue, field: readonly FieldStep[]): Finding[] {
  const name = textAt(backend, "name");
  const of = textAt(backend, "namespace") ?? route.namespace;
  if (name === undefined || (textAt(backend, "kind") ?? "Service") !== "Service" || !snapshot.covers("Service")) return [];
  const service = snapshot.find("Service", of, name);
  const port = numberAt(backend, "port");
  const evidence = listAt(route.json, "status", "parents").flatMap((parent) =>
    failedConditions(route, listAt(parent, "conditions"), ["ResolvedRefs"]),
  );
  if (service === undefined) {
    const services = snapshot.of("Service", of);
    const near = nearMisses(
      name,
      services.map((one) => one.name),
    );
    const fitting = near.filter((one) => services.some((other) => other.name === one && hasPort(other, port)));
    return [
      {
        fault: "route-backend",
        severity: "cause",
        object: refOf(route),
        field: [...field, "name"],
        value: name,
        says: `${route.kind} ${route.name} sends to Service ${quote(name, 80)}, which is not in namespace ${of ?? ""}`,
        evidence,
        candidates: (fitting.length > 0 ? fitting : near).map((value) => ({ value, why: "a service of that namespace" })),
      },
    ];
  }
  if (hasPort(service, port)) return [];
  return [
    {
      fault: "route-port",
      severity: "cause",
      object: refOf(route),
      field: [...field, "port"],
      value: port === undefined ? undefined : String(port),
      says: `${route.kind} ${route.name} sends to ${port === undefined ? "no port" : `port ${port}`} of Service ${name}, which has no such port`,
      evidence,
      candidates: listAt(service.json, "spec", "ports").flatMap((one) => {
        const number = numberAt(one, "port");
        return number === undefined ? [] : [{ value: String(number), why: `a port of Service ${name}` }];
      }),
    },
  ];
}

function hasPort(service: KubeObject, port: number | undefined): boolean {
  return listAt(service.json, "spec", "ports").some((one) => numberAt(one, "port") === port);
}

function failedConditions(object: KubeObject, conditions: readonly JsonValue[], types: readonly string[]): readonly Evidence[] {
  return conditions
    .filter((one) => types.includes(textAt(one, "type") ?? "") && textAt(one, "status") === "False")
    .map((one) => ({
      object: refOf(object),
      from: `condition ${textAt(one, "type") ?? ""}`,
      text: quote(`${textAt(one, "reason") ?? ""}: ${textAt(objectAt(one), "message") ?? ""}`, 240),
    }));
}
