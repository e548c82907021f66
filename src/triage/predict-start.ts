import { isWritable, unwrittenPath } from "./analyzers/confinement.ts";
import type { Finding } from "./finding.ts";
import { flagAt, listAt, numberAt, textAt, valueAt } from "./kube-object.ts";
import { namesWord, whyNotMeant } from "./meant.ts";
import { quantity } from "./quantity.ts";
import { quote } from "./quote.ts";
import type { Container, Workload } from "./workloads.ts";

interface Changed {
  readonly workload: Workload;
  readonly container: Container;
}

/** Would a container that did not come up, or was put out, be well? For each of these faults what a change has to bring; the answer is why it would not. */
export function startStays(
  finding: Finding,
  before: Changed,
  now: Changed,
  value: string | undefined,
  repositoryText: string,
): string | undefined {
  switch (finding.fault) {
    case "hook-fails":
      return hookStays(finding, before.container, now.container, repositoryText);
    case "root-refused":
      return userStays(finding, now, repositoryText);
    case "writes-read-only":
      return mountStays(finding, before.container, now);
    case "evicted-for-disk":
      return diskStays(finding, value);
    case "probe-scheme":
      // What nothing says is HTTP.
      return whyNotMeant(finding, value ?? "HTTP", "");
    case "probe-timeout":
      return timeoutStays(finding, value);
    default:
      return undefined;
  }
}

/** Another program in the hook, one that the repository's own text names, with the words that the old one had. */
function hookStays(finding: Finding, before: Container, now: Container, repositoryText: string): string | undefined {
  const wordsOf = (container: Container): readonly string[] =>
    listAt(container.json, "lifecycle", "postStart", "exec", "command").filter((word): word is string => typeof word === "string");
  const [old, words] = [wordsOf(before), wordsOf(now)];
  const bad = /no program "([^"]+)"/.exec(finding.says)?.[1];
  if (words.length === 0) return "nothing runs after its start any more";
  if (bad === undefined) return "what is wrong with its hook is not known";
  if (words.join(" ").split(" ").includes(bad)) return `its hook still runs ${quote(bad, 80)}`;
  const [at, ...others] = old.flatMap((word, index) => (word !== words[index] ? [index] : []));
  if (old.length !== words.length || at === undefined || others.length > 0)
    return "more of its hook changes than the program that is not there";
  const fresh = (words[at] ?? "").split(" ").find((word) => !(old[at] ?? "").split(" ").includes(word)) ?? "";
  return namesWord(repositoryText, fresh) ? undefined : `nothing in the repository names the program ${quote(fresh, 80)}`;
}

/** A user that is not root, and which the repository's own text names: another may not read what the image holds. */
function userStays(finding: Finding, { workload, container }: Changed, repositoryText: string): string | undefined {
  const user =
    valueAt(container.json, "securityContext", "runAsUser") ?? valueAt(workload.template, "spec", "securityContext", "runAsUser");
  if (user === undefined) return "nothing gives it another user";
  if (typeof user !== "number" || !Number.isInteger(user) || user <= 0) return `${quote(String(user), 40)} is no user that may run`;
  return whyNotMeant(finding, String(user), repositoryText);
}

/** A volume that can be written is mounted where the program writes, and those that were there stay. */
function mountStays(finding: Finding, before: Container, { workload, container }: Changed): string | undefined {
  const path = unwrittenPath(finding.evidence[0]?.text ?? "");
  const placesOf = (one: Container): readonly string[] =>
    listAt(one.json, "volumeMounts").flatMap((mount) => textAt(mount, "mountPath") ?? []);
  const lost = placesOf(before).find((one) => !placesOf(container).includes(one));
  if (lost !== undefined) return `nothing is mounted at ${quote(lost, 80)} any more`;
  if (flagAt(container.json, "securityContext", "readOnlyRootFilesystem") !== true)
    return "its file system would not be protected any more";
  return path !== undefined && isWritable(workload, container, path)
    ? undefined
    : `the program still cannot write ${quote(path ?? "", 100)}`;
}

/** More than before; what is used is told nowhere. */
function diskStays(finding: Finding, value: string | undefined): string | undefined {
  const [old, limit] = [quantity(finding.value), quantity(value)];
  if (value === undefined) return "the limit is gone";
  if (limit === undefined) return `${quote(value, 40)} is no quantity`;
  if (old !== undefined && limit <= old) return `the limit is ${value}, not more than the ${finding.value ?? ""} that were not enough`;
  return old !== undefined && limit > old * largestRise ? `the limit becomes more than ${largestRise} times as high` : undefined;
}

/** A disk is shared with every other pod of its node. */
const largestRise = 16;

/** A probe that waits longer than this, in seconds, finds nothing that hangs. */
const longestWait = 60;

/** Longer than an answer took by the program's own log. */
function timeoutStays(finding: Finding, value: string | undefined): string | undefined {
  const seconds = Number(value ?? 1);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > longestWait)
    return `${quote(value ?? "", 40)} is no time that a probe should wait`;
  const told = Number(finding.candidates[0]?.value ?? Number.NaN) / 2;
  return Number.isNaN(told) || seconds >= told ? undefined : `the probe waits ${seconds} s, and an answer took longer`;
}

/** The longest time in which a program may come up, in seconds, before its startup probe gives up: a start that never ends is to be seen. */
export const longestStartup = 1800;

export function startupWindow(container: Container | undefined): number {
  const number = (member: string, otherwise: number): number => numberAt(container?.json, "startupProbe", member) ?? otherwise;
  return container?.json["startupProbe"] === undefined
    ? 0
    : number("initialDelaySeconds", 0) + number("periodSeconds", 10) * number("failureThreshold", 3);
}
