// The fix of wrong-host: QUEUE_URL leads to the broker, by any of its names, and nothing else changes.
import { checkKept, fieldOf, pathOf, verify } from "../../check-manifests.mjs";

const names = ["broker.platform", "broker.platform.svc", "broker.platform.svc.cluster.local", "broker.platform.svc.cluster.local."];

verify(import.meta.url, ({ truth, base, head, check }) => {
  const [cause] = truth.causes;
  const value = fieldOf(head, cause);
  const [, host, port = "5672", virtualHost] = /^amqp:\/\/([^@/:]+)(?::(\d+))?\/(.*)$/.exec(value ?? "") ?? [];
  const right = names.includes(host) && port === "5672" && virtualHost === "mail";
  check("queue", right, `QUEUE_URL is ${value ?? "absent"}: ${right ? "the broker's own" : "it must lead to the broker's amqp port, virtual host mail"}`);
  checkKept(check, base, head, (path) => path === pathOf(cause));
});
