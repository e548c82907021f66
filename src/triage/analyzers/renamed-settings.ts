import type { Finding } from "../finding.ts";
import { listAt, refOf, textAt } from "../kube-object.ts";
import { distance, nearMisses } from "../near.ts";
import { type Crash, logLine } from "./crash.ts";

/** A variable that a program asks for, and which the container has under a name that comes near: the name is what has to change. */
export function renamedSetting(crash: Crash, wanted: string, line: string): Finding | undefined {
  const { workload, container } = crash;
  const given = listAt(container.json, "env")
    .flatMap((one) => textAt(one, "name") ?? [])
    .filter((name) => /^[A-Za-z_]\w{0,100}$/.test(name));
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

/** Two names for the same thing: one is the other misspelt, or shortens words of it (`DB_URL`, `DATABASE_URL`; not `DB_HOST`, `DB_PORT`, nor `URL_1`, `URL_2`). */
export function saysTheSame(one: string, other: string): boolean {
  const digits = [one, other].map((name) => name.replaceAll(/\D/g, ""));
  if (digits[0] !== digits[1]) return false;
  const [words, others] = [one.split("_"), other.split("_")];
  const alike =
    words.length === others.length && words.every((word, at) => shortens(word, others[at] ?? "") || shortens(others[at] ?? "", word));
  return distance(one, other) === 1 || alike;
}

/** `DB`, `DATABASE`: it begins alike, and its letters are in the other in this order. */
function shortens(short: string, long: string): boolean {
  if (short === long) return true;
  if (short.length < 2 || short[0] !== long[0]) return false;
  let at = 0;
  for (const letter of long) if (letter === short[at]) at++;
  return at === short.length;
}
