import { specOf } from "../fault-rule.ts";
import type { Finding } from "../finding.ts";
import { listAt, refOf, textAt } from "../kube-object.ts";
import { quote } from "../quote.ts";
import { accountOf, getsToken, tokenFolder } from "../tokens.ts";
import { type Crash, lastLines, logLine } from "./crash.ts";

/** Words of clients of the API server that do not find the token of their account. */
const asksForToken: readonly RegExp[] = [
  /(?:no such file or directory|ENOENT|not found|does not exist|NoSuchFile|Errno 2).{0,200}\/var\/run\/secrets\/kubernetes\.io\/serviceaccount\//i,
  /\/var\/run\/secrets\/kubernetes\.io\/serviceaccount\/.{0,80}(?:no such file or directory|ENOENT|not found|does not exist|NoSuchFile)/i,
  /\bservice (?:account )?token file does not exist/i,
  /\bservice certificate file does not exist/i,
];

/** A program asks the API server, and its pod is not given the token of its account. */
export function tokenWithheld(crash: Crash): Finding | undefined {
  const { snapshot, workload, container } = crash;
  const line = lastLines(crash).findLast((one) => asksForToken.some((pattern) => pattern.test(one)));
  if (line === undefined || getsToken(snapshot, workload)) return undefined;
  // Whoever mounts something there brings a token of another kind.
  if (listAt(container.json, "volumeMounts").some((mount) => textAt(mount, "mountPath")?.replace(/\/+$/, "") === tokenFolder))
    return undefined;
  const account = accountOf(workload);
  const own = workload.template["spec"];
  const said = typeof own === "object" && own !== null && "automountServiceAccountToken" in own;
  return {
    fault: "token-withheld",
    severity: "cause",
    object: refOf(workload.object),
    field: [...specOf(container.field), "automountServiceAccountToken"],
    value: said ? "false" : undefined,
    says: `container ${container.name} asks for the token of ServiceAccount ${quote(account, 80)}, which ${said ? "its pod is told not to take" : "the account does not give to pods that do not ask for it"}`,
    evidence: [logLine(crash, line)],
    candidates: [{ value: "true", why: "its pods are given the token of their account" }],
  };
}
