import { lastRunLog, tellingLine } from "../container-state.ts";
import { type Crash, crashesOf, lastLines, logLine } from "./crash.ts";
import { diskFull } from "./disk-full.ts";
import { heapOverLimit } from "./heap-over-limit.ts";
import { fileNotExecutable, fileNotThere } from "./mounted-files.ts";
import { nodeResolver } from "./node-resolver.ts";
import { portPrivileged, portTaken } from "./ports-refused.ts";
import { renamedKey } from "./renamed-keys.ts";
import { renamedSetting } from "./renamed-settings.ts";
import { serviceLink } from "./service-links.ts";
import { tokenWithheld } from "./tokens.ts";
import { certificateNames } from "./certificate-names.ts";
import { volumeNotItsOwn } from "./volume-rights.ts";
import { commandWords, mountedTexts, type Variable, variablesOf } from "../environment.ts";
import type { Analyzer, Candidate, Evidence, Finding } from "../finding.ts";
import { listAt, refOf, textAt } from "../kube-object.ts";
import { nearMisses } from "../near.ts";
import { portCandidates } from "../predict-hosts.ts";
import { asBytes, quantity } from "../quantity.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";
import type { Workload } from "../workloads.ts";

/** Containers that end when they should not: memory, the command, a host that is not there, a setting that the program asks for, or its own words. */
export const findCrashes: Analyzer = (snapshot, namespace) => crashesOf(snapshot, namespace).map(explain);

/** What explains a crash, the surest first. */
const explanations: readonly ((crash: Crash) => Finding | undefined)[] = [
  heapOverLimit,
  outOfMemory,
  tokenWithheld,
  fileNotThere,
  fileNotExecutable,
  notStarted,
  portTaken,
  portPrivileged,
  diskFull,
  volumeNotItsOwn,
  serviceLink,
  nodeResolver,
  certificateNames,
  hostUnknown,
  settingMissing,
  argumentUnknown,
];

function explain(crash: Crash): Finding {
  for (const explanation of explanations) {
    const finding = explanation(crash);
    if (finding !== undefined) return finding;
  }
  return crashed(crash);
}

function outOfMemory({ workload, container, pod, state }: Crash): Finding | undefined {
  if (state.ended?.reason !== "OOMKilled") return undefined;
  const limit = textAt(container.json, "resources", "limits", "memory");
  const bytes = quantity(limit);
  return {
    fault: "out-of-memory",
    severity: "cause",
    object: refOf(workload.object),
    field: [...container.field, "resources", "limits", "memory"],
    value: limit,
    says: `container ${container.name} is killed because it needs more memory than its limit${limit === undefined ? "" : ` of ${limit}`}`,
    evidence: [
      { object: refOf(pod), from: "last state", text: quote(`OOMKilled, exit code ${state.ended.exitCode}, ${state.restarts} restarts`) },
    ],
    // What it would need is not known from this: twice as much is where people begin, and the check says whether a known use fits.
    candidates: bytes === undefined ? [] : [2, 4].map((factor) => ({ value: asBytes(bytes * factor), why: `${factor} times the limit` })),
  };
}

const cannotStart = /executable file not found|no such file or directory|permission denied|not a directory/i;

/** The runtime could not start the command at all. */
function notStarted({ workload, container, pod, state }: Crash): Finding | undefined {
  // While it waits to be tried again the kubelet tells of the back-off; why is told of the last end.
  const texts = [state.ended?.message ?? "", state.waiting?.message ?? ""];
  const said = texts.find((text) => cannotStart.test(text)) ?? texts.find((text) => text !== "") ?? "";
  const named = /exec: \\?"([^"\\]+)\\?"/.exec(said)?.[1] ?? /stat ([^\s:]+): no such file/.exec(said)?.[1];
  const cannot = cannotStart.test(said);
  const exited = state.ended !== undefined && (state.ended.exitCode === 126 || state.ended.exitCode === 127);
  if (!(cannot && named !== undefined) && !exited) return undefined;
  const member = listAt(container.json, "command").length > 0 ? "command" : "args";
  const value = listAt(container.json, member).filter((word): word is string => typeof word === "string");
  return {
    fault: "command-not-found",
    severity: "cause",
    object: refOf(workload.object),
    field: [...container.field, member],
    value: value.join(" "),
    says: `container ${container.name} cannot start: ${named === undefined ? "its command is not there" : `there is no program ${quote(named, 80)}`}`,
    evidence: [{ object: refOf(pod), from: "status", text: quote(said === "" ? `exit code ${state.ended?.exitCode ?? 0}` : said, 240) }],
    candidates: [],
  };
}

const hostPatterns: readonly RegExp[] = [
  /getaddrinfo (?:ENOTFOUND|EAI_AGAIN) ([\w.-]+)/,
  /(?:no such host|could not resolve host(?:name)?|name or service not known|could not translate host name)[: "']*([\w.-]+\.?[\w-]*)?/i,
  /lookup ([\w.-]+)(?: on [\d.:]+)?: no such host/,
  /dial tcp:? (?:lookup )?([\w.-]+)(?::\d+)?/,
  /connect ECONNREFUSED ([\w.-]+):\d+/,
  /could not connect to ([\w.-]+)/i,
];

/** The log names a host that is not found or refuses; a variable or file names it too: that is where it is written. */
function hostUnknown(crash: Crash): Finding | undefined {
  const { snapshot, workload, container } = crash;
  const lines = (lastRunLog(snapshot, crash.pod, crash.state) ?? []).slice(-100);
  const settings = [
    ...variablesOf(snapshot, workload, container),
    ...mountedTexts(snapshot, workload, container),
    ...commandWords(workload, container),
  ];
  for (const line of lines.toReversed())
    for (const pattern of hostPatterns) {
      const host = pattern.exec(line)?.[1];
      if (host === undefined) continue;
      const setting =
        settings.find(({ value }) => value.includes(host)) ?? settings.find(({ value }) => value.includes(host.split(".")[0] ?? host));
      if (setting === undefined) continue;
      return {
        fault: "host-unknown",
        severity: "cause",
        object: setting.object,
        field: setting.field,
        value: setting.value,
        says: `container ${container.name} looks for the host ${quote(host, 100)}, which ${setting.name} names and which does not answer`,
        evidence: [logLine(crash, line)],
        candidates: [...portCandidates(snapshot, workload, setting.value), ...hostCandidates(snapshot, workload, setting, host)],
      };
    }
  return undefined;
}

/** Services that the host may have meant, written as the setting writes its host. */
export function hostCandidates(snapshot: Snapshot, workload: Workload, setting: Variable, host: string): readonly Candidate[] {
  const [name = host, namespace = workload.object.namespace, ...rest] = host.split(".");
  const services = (of: string | undefined): string[] => snapshot.of("Service", of).map((service) => service.name);
  const inPlace = (wanted: string): string => setting.value.replaceAll(host, wanted);
  const here = nearMisses(name, services(namespace)).map((near) => ({
    value: inPlace([near, ...host.split(".").slice(1)].join(".")),
    why: `Service ${near} is in namespace ${namespace ?? ""}`,
  }));
  const elsewhere = snapshot
    .of("Service")
    .filter((service) => service.name === name && service.namespace !== namespace)
    .map((service) => ({
      value: inPlace(
        [name, service.namespace ?? "", ...(rest.length > 0 ? rest : host.includes(".") ? [] : [])].filter((part) => part !== "").join("."),
      ),
      why: `Service ${name} is in namespace ${service.namespace ?? ""}`,
    }));
  return [...elsewhere, ...here].slice(0, 4);
}

/** Ruby's and Python's words for a variable that is read as a key of the environment, and is not there. */
const keyPattern = /\bkey not found: "([A-Z][A-Z0-9_]{2,60})"|\bKeyError: '([A-Z][A-Z0-9_]{2,60})'$/;

const settingPatterns: readonly RegExp[] = [
  /\b([A-Z][A-Z0-9_]{2,60})\b(?: environment variable)? (?:is |must be |has to be |was )?(?:required|not set|missing|undefined|unset|empty)/,
  /(?:missing|required|undefined|unset|need|set|environment variable|env(?:ironment)? var)[^A-Z]{0,30}\b([A-Z][A-Z0-9_]{2,60})\b/,
];

/** The program asks for a variable that the container does not get. */
function settingMissing(crash: Crash): Finding | undefined {
  const { snapshot, workload, container } = crash;
  const line = lastLines(crash).findLast((one) => keyPattern.test(one)) ?? tellingLine(lastRunLog(snapshot, crash.pod, crash.state));
  const wanted = [keyPattern, ...settingPatterns]
    .flatMap((pattern) => pattern.exec(line ?? "")?.slice(1) ?? [])
    .find((name) => name !== undefined);
  if (line === undefined || wanted === undefined) return undefined;
  const given = variablesOf(snapshot, workload, container);
  if (given.some(({ name, value }) => name === wanted && value !== "")) return undefined;
  const renamed = renamedSetting(crash, wanted, line);
  if (renamed !== undefined) return renamed;
  const key = renamedKey(crash, wanted, line);
  if (key !== undefined) return key;
  // A variable of the container's own that is not the same under another name is another one; in a config map a key may be misspelt.
  const near = nearMisses(
    wanted,
    given.filter(({ object }) => object.kind === "ConfigMap").map(({ name }) => name),
  )[0];
  const instead = given.find(({ name }) => name === near);
  const map = listAt(container.json, "envFrom")
    .map((source) => textAt(source, "configMapRef", "name"))
    .find((name) => name !== undefined);
  const object =
    instead?.object ??
    (map === undefined ? refOf(workload.object) : { kind: "ConfigMap", namespace: workload.object.namespace, name: map });
  const field = instead?.field ?? (map === undefined ? [...container.field, "env", { name: wanted }] : ["data", wanted]);
  return {
    fault: "setting-missing",
    severity: "cause",
    object,
    field,
    value: instead?.name,
    says: `container ${container.name} asks for ${wanted} and is not given it${near === undefined ? "" : `; it is given ${near}`}`,
    evidence: [logLine(crash, line)],
    candidates: near === undefined ? [] : [{ value: wanted, why: "the name that the program asks for" }],
  };
}

const argumentPatterns: readonly RegExp[] = [
  /(?:unknown|unrecognized|invalid|bad|unexpected)[ -](?:option|flag|argument|command|subcommand)s?:? *['"“`]?(-{0,2}[\w.=/-]+)/i,
  /flag provided but not defined: (-+[\w-]+)/,
  /Cannot find module '([^']+)'/,
  /can't open file '([^']+)'/,
];

/** The program does not know a word of its command line. */
function argumentUnknown(crash: Crash): Finding | undefined {
  const { snapshot, workload, container } = crash;
  const lines = (lastRunLog(snapshot, crash.pod, crash.state) ?? []).slice(-60);
  for (const line of lines)
    for (const pattern of argumentPatterns) {
      const word = pattern.exec(line)?.[1];
      if (word === undefined) continue;
      for (const member of ["args", "command"]) {
        const words = listAt(container.json, member).filter((one): one is string => typeof one === "string");
        const index = words.findIndex((one) => one === word || one.startsWith(`${word}=`) || (one.length > 2 && word.endsWith(one)));
        if (index < 0) continue;
        return {
          fault: "argument-unknown",
          severity: "cause",
          object: refOf(workload.object),
          field: [...container.field, member, index],
          value: words[index],
          says: `container ${container.name} is started with ${quote(words[index] ?? word, 80)}, which its program does not know`,
          evidence: [logLine(crash, line)],
          candidates: [],
        };
      }
    }
  return undefined;
}

function crashed(crash: Crash): Finding {
  const { workload, container, pod, state, snapshot } = crash;
  const line = tellingLine(lastRunLog(snapshot, pod, state)) ?? state.ended?.message;
  const evidence: Evidence[] = [
    {
      object: refOf(pod),
      from: "last state",
      text: quote(
        `${state.ended?.reason ?? state.waiting?.reason ?? "ended"}, exit code ${state.ended?.exitCode ?? "unknown"}, ${state.restarts} restarts`,
      ),
    },
  ];
  if (line !== undefined && line !== "") evidence.unshift(logLine(crash, line));
  return {
    fault: "crash",
    severity: "fault",
    object: refOf(workload.object),
    field: container.field,
    says: `${container.init ? "init container" : "container"} ${container.name} ends with exit code ${state.ended?.exitCode ?? "unknown"}${line === undefined || line === "" ? "" : `: ${quote(line)}`}`,
    evidence,
    candidates: [],
  };
}
