import type { JsonValue } from "../../messages/conversation.ts";
import { instant, lastRunLog, statesOf, tellingLine } from "../container-state.ts";
import type { Analyzer, Finding } from "../finding.ts";
import { flagAt, type KubeObject, listAt, numberAt, refOf, textAt } from "../kube-object.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";
import { topOwner } from "../workloads.ts";

/** Jobs that have failed for good, and cron jobs that do not run: suspended, or with a schedule that is none. */
export const findJobs: Analyzer = (snapshot, namespace) => [
  ...snapshot.of("CronJob", namespace).flatMap((cron) => cronFindings(snapshot, cron)),
  ...snapshot.of("Job", namespace).flatMap((job) => failedJob(snapshot, job)),
];

function cronFindings(snapshot: Snapshot, cron: KubeObject): Finding[] {
  const schedule = textAt(cron.json, "spec", "schedule") ?? "";
  const object = refOf(cron);
  if (!isSchedule(schedule))
    return [
      {
        fault: "cron-schedule",
        severity: "cause",
        object,
        field: ["spec", "schedule"],
        value: schedule,
        says: `the schedule of CronJob ${cron.name} is none: ${quote(schedule, 60)}`,
        evidence: [],
        candidates: [],
      },
    ];
  if (flagAt(cron.json, "spec", "suspend") !== true) return [];
  return [
    {
      fault: "cron-suspended",
      severity: "fault",
      object,
      field: ["spec", "suspend"],
      value: "true",
      says: `CronJob ${cron.name} is suspended and does not run`,
      evidence: [{ object, from: "last run", text: quote(textAt(cron.json, "status", "lastScheduleTime") ?? "never") }],
      candidates: [{ value: "false", why: "lets it run by its schedule" }],
    },
  ];
}

/** Five fields of numbers, ranges, steps and names, or one of the words that stand for them. */
export function isSchedule(text: string): boolean {
  if (/^@(yearly|annually|monthly|weekly|daily|midnight|hourly|every \d+[smh])$/.test(text)) return true;
  const fields = text.trim().split(/\s+/);
  const bounds = [
    [0, 59],
    [0, 23],
    [1, 31],
    [1, 12],
    [0, 7],
  ];
  return (
    fields.length === 5 &&
    fields.every((field, at) =>
      field.split(",").every((part) => {
        const [range = "", step] = part.split("/");
        if (step !== undefined && !/^\d+$/.test(step)) return false;
        if (range === "*" || range === "?") return true;
        return range.split("-").every((one) => {
          if (at >= 3 && /^[A-Za-z]{3}$/.test(one)) return true;
          const [low = 0, high = 0] = bounds[at] ?? [];
          return /^\d+$/.test(one) && Number(one) >= low && Number(one) <= high;
        });
      }),
    )
  );
}

function failedJob(snapshot: Snapshot, job: KubeObject): Finding[] {
  const failed = listAt(job.json, "status", "conditions").find(
    (one) => textAt(one, "type") === "Failed" && textAt(one, "status") === "True",
  );
  if (failed === undefined) return [];
  const owner = topOwner(snapshot, job);
  // A later run that went well has mended it.
  const later = snapshot
    .of("Job", job.namespace)
    .some((one) => one !== job && topOwner(snapshot, one) === owner && owner !== job && created(one) > created(job) && succeeded(one));
  if (later) return [];
  if (textAt(failed, "reason") === "DeadlineExceeded") return [pastDeadline(snapshot, job, owner, failed)];
  const pod = snapshot
    .of("Pod", job.namespace)
    .find((one) => listAt(one.json, "metadata", "ownerReferences").some((ref) => textAt(ref, "name") === job.name));
  const state = pod === undefined ? undefined : statesOf(pod).find(({ ended }) => ended !== undefined && ended.exitCode !== 0);
  const line = pod === undefined || state === undefined ? undefined : tellingLine(lastRunLog(snapshot, pod, state));
  return [
    {
      fault: "job-failed",
      severity: "fault",
      object: refOf(owner),
      field: [],
      says: `${owner.kind} ${owner.name} failed: ${quote(line ?? textAt(failed, "message") ?? "")}`,
      evidence: [
        {
          object: refOf(job),
          from: "condition Failed",
          text: quote(`${textAt(failed, "reason") ?? ""}: ${textAt(failed, "message") ?? ""}`),
        },
      ],
      candidates: [],
    },
  ];
}

/** Its deadline has ended it, and its pods with it: there is no log, but runs before may tell how long it takes. */
function pastDeadline(snapshot: Snapshot, job: KubeObject, owner: KubeObject, condition: JsonValue): Finding {
  const seconds = numberAt(job.json, "spec", "activeDeadlineSeconds");
  const longest = longestRun(snapshot, owner);
  const enough = longest === undefined ? undefined : roundTimes.find((time) => time >= longest * 2);
  return {
    fault: "job-deadline",
    severity: "cause",
    object: refOf(owner),
    field: [...(owner.kind === "CronJob" ? ["spec", "jobTemplate"] : []), "spec", "activeDeadlineSeconds"],
    value: seconds === undefined ? undefined : String(seconds),
    says: `${owner.kind} ${owner.name} is ended by its deadline${seconds === undefined ? "" : ` of ${seconds} s`}${longest === undefined ? "" : `; a run that was not took ${longest} s`}`,
    evidence: [
      {
        object: refOf(job),
        from: "condition Failed",
        text: quote(`${textAt(condition, "reason") ?? ""}: ${textAt(condition, "message") ?? ""}`),
      },
    ],
    candidates: enough === undefined ? [] : [{ value: String(enough), why: "at least twice as long as the longest run took" }],
  };
}

/** In seconds, as people choose them: minutes, hours. */
const roundTimes = [60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400];

/** How long the longest of the owner's runs took that came to their end, in seconds. */
export function longestRun(snapshot: Snapshot, owner: KubeObject): number | undefined {
  const times = snapshot
    .of("Job", owner.namespace)
    .filter((one) => topOwner(snapshot, one).name === owner.name && succeeded(one))
    .flatMap((one) => {
      const [from, to] = ["startTime", "completionTime"].map((member) => instant(textAt(one.json, "status", member)));
      return from === undefined || to === undefined ? [] : [(to - from) / 1000];
    });
  return times.length === 0 ? undefined : Math.max(...times);
}

function created(object: KubeObject): string {
  return textAt(object.json, "metadata", "creationTimestamp") ?? "";
}

function succeeded(job: KubeObject): boolean {
  return listAt(job.json, "status", "conditions").some((one) => textAt(one, "type") === "Complete" && textAt(one, "status") === "True");
}
