import { variablesOf } from "../environment.ts";
import type { Finding } from "../finding.ts";
import { listAt, refOf, textAt } from "../kube-object.ts";
import { quote } from "../quote.ts";
import { type Crash, logLine } from "./crash.ts";
import { saysTheSame } from "./renamed-settings.ts";

/** Words that programs put for one another in the names of their settings. */
const sameWords: readonly ReadonlySet<string>[] = [
  ["HOST", "HOSTNAME", "ADDRESS", "ADDR", "SERVER"],
  ["URL", "URI", "DSN"],
  ["USER", "USERNAME", "LOGIN"],
  ["DIR", "DIRECTORY", "FOLDER", "PATH"],
  ["DB", "DATABASE"],
].map((words) => new Set(words));

/**
 * A variable that a program asks for, where a config map that gives it all of its keys has one that says the same in another word (`SMTP_HOST`,
 * `SMTP_ADDRESS`). Only where one key alone does.
 */
export function renamedKey(crash: Crash, wanted: string, line: string): Finding | undefined {
  const { snapshot, workload, container } = crash;
  const maps = listAt(container.json, "envFrom").flatMap((source) =>
    textAt(source, "prefix") === undefined ? (textAt(source, "configMapRef", "name") ?? []) : [],
  );
  const given = variablesOf(snapshot, workload, container);
  const [same, ...others] = given.filter(({ name }) => name !== wanted && meansTheSame(name, wanted));
  if (same === undefined || others.length > 0 || same.object.kind !== "ConfigMap" || !maps.includes(same.object.name)) return undefined;
  if (same.field.at(-1) !== same.name) return undefined;
  return {
    fault: "key-renamed",
    severity: "cause",
    object: same.object,
    field: same.field,
    value: same.name,
    says: `container ${container.name} asks for ${wanted} and is not given it; ConfigMap ${same.object.name} gives it ${same.name}`,
    evidence: [
      logLine(crash, line),
      { object: refOf(workload.object), from: `envFrom of container ${container.name}`, text: quote(same.object.name) },
    ],
    candidates: [{ value: wanted, why: "the name that the program asks for" }],
  };
}

function meansTheSame(one: string, other: string): boolean {
  const [words, others] = [one.split("_"), other.split("_")];
  const alike = (word: string, at: number): boolean =>
    word === others[at] || sameWords.some((some) => some.has(word) && some.has(others[at] ?? ""));
  // What is misspelt or shortened is known already, and by itself.
  return !saysTheSame(one, other) && words.length > 1 && words.length === others.length && words.every(alike);
}
