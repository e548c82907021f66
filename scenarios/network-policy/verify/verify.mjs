// The fix of network-policy: the site's pods reach seatmap again, everybody else stays out, and nothing else changes.
import { checkKept, verify } from "../../check-manifests.mjs";

const site = { app: "booking-web", team: "storefront" };
const others = [{ app: "orders" }, { app: "mailer" }, { app: "plan-import" }, { app: "seatmap" }, {}];

verify(import.meta.url, ({ base, head, check }) => {
  const policies = [...head.values()].filter(({ kind, metadata }) => kind === "NetworkPolicy" && metadata.namespace === "booking");
  const reaches = (labels, namespace, port) => admits(policies, { app: "seatmap" }, labels, namespace, port);

  const admitted = reaches(site, "booking", 8080);
  check("callers-admitted", admitted, admitted ? "the pods of the site reach port 8080" : "no rule admits pods with the labels of booking-web to port 8080");

  const strangers = others.filter((labels) => reaches(labels, "booking", 8080));
  const outside = [8080, 9100].filter((port) => reaches(site, "default", port));
  const scraped = reaches({ app: "prometheus" }, "monitoring", 9100) && !reaches({ app: "prometheus" }, "monitoring", 8080);
  const kept = strangers.length === 0 && outside.length === 0 && scraped;
  check("others-kept-out", kept, kept ? "nobody else is let in" : `let in beside the site: ${JSON.stringify(strangers)}; the scraper's rule ${scraped ? "stands" : "does not stand"}`);

  checkKept(check, base, head, (path) => path.startsWith("NetworkPolicy/booking/seatmap: spec.ingress[0].from"));
});

/** Do the policies let a pod with these labels reach one with the labels of `target`? Pods that no policy chooses are open to all. */
function admits(policies, target, labels, namespace, port) {
  const mine = policies.filter(({ spec }) => chooses(spec?.podSelector ?? {}, target));
  if (mine.length === 0) return true;
  return mine.some(({ spec }) =>
    (spec.ingress ?? []).some(
      (rule) =>
        (rule.ports === undefined || rule.ports.some((one) => one.port === port || one.port === undefined)) &&
        (rule.from === undefined || rule.from.length === 0 || rule.from.some((peer) => isPeer(peer, labels, namespace))),
    ),
  );
}

function isPeer({ ipBlock, namespaceSelector, podSelector }, labels, namespace) {
  // Addresses of pods come and go: whoever opens the block of the cluster lets everybody in.
  if (ipBlock !== undefined) return true;
  const inNamespace =
    namespaceSelector === undefined ? namespace === "booking" : chooses(namespaceSelector, { "kubernetes.io/metadata.name": namespace });
  return inNamespace && chooses(podSelector ?? {}, labels);
}

function chooses({ matchLabels = {}, matchExpressions = [] }, labels) {
  const named = Object.entries(matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return (
    named &&
    (matchExpressions ?? []).every(({ key, operator, values = [] }) => {
      if (operator === "In") return values.includes(labels[key]);
      if (operator === "NotIn") return !values.includes(labels[key]);
      return Object.hasOwn(labels, key) === (operator === "Exists");
    })
  );
}
