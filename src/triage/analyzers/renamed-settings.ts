import type { Finding } from "../finding.ts";
import { listAt, refOf, textAt } from "../kube-object.ts";
import { distance, nearMisses } from "../near.ts";
import { type Crash, logLine } from "./crash.ts";

/** A variable that a program asks for, and which the container has under a name that comes near: the name is what has to change. */
export function renamedSetting(crash: Crash, wanted: string, line: string): Finding | undefined {
  const { workload, container } = crash;
  const given = listAt(container.json, "env").flatMap((one) => textAt(one, "name") ?? []);
  if (given.includes(wanted)) return undefined;
  const [near] = nearMisses(wanted, given, given.length).filter((one) => saysTheSame(one, wanted));
  if (near === undefined) return undefined;
  return {
    fault: "setting-renamed",
    severity: "cause",
    object: refOf(workload.object),
    field: [...container.field, "env", { name: near }, "name"],
    value: near,
    says: `container ${container.name} asks for ${wanted} and is not given it; it is given ${near}`,
    evidence: [logLine(crash, line)],
    candidates: [{ value: wanted, why: "the name that the program asks for" }],
  };
}

/** Two names for the same thing: one is the other misspelt, or both end in what it is (`DB_URL`, `DATABASE_URL`; not `DB_HOST`, `DB_PORT`). */
function saysTheSame(one: string, other: string): boolean {
  const [last, lastOther] = [one, other].map((name) => name.split("_").at(-1));
  return distance(one, other) === 1 || (one.includes("_") && last === lastOther);
}
