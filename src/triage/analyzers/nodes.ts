import type { Analyzer, Finding } from "../finding.ts";
import { listAt, refOf, textAt } from "../kube-object.ts";
import { quote } from "../quote.ts";

/** Nodes that are not well, where pods of the namespace stand on them. */
export const findNodes: Analyzer = (snapshot, namespace) => {
  const used = new Set(snapshot.of("Pod", namespace).map((pod) => textAt(pod.json, "spec", "nodeName")));
  return snapshot.of("Node").flatMap((node): Finding[] => {
    if (!used.has(node.name)) return [];
    return listAt(node.json, "status", "conditions").flatMap((condition): Finding[] => {
      const [type = "", status = ""] = [textAt(condition, "type"), textAt(condition, "status")];
      const wrong = type === "Ready" ? status !== "True" : /Pressure$|Unavailable$/.test(type) && status === "True";
      if (!wrong) return [];
      return [
        {
          fault: type === "Ready" ? "node-not-ready" : "node-pressure",
          severity: "fault",
          object: refOf(node),
          field: [],
          value: status,
          says: `node ${node.name} is ${type === "Ready" ? "not ready" : `under ${type}`}`,
          evidence: [{ object: refOf(node), from: `condition ${type}`, text: quote(textAt(condition, "message") ?? "") }],
          candidates: [],
        },
      ];
    });
  });
};
