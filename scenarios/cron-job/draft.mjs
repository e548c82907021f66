// The cluster of cron-job: three nightly runs that their deadline ended after a minute, and three older ones that took their quarter of an hour.
import { neighbour } from "../../scripts/draft/background.mjs";
import { completed, draftCluster, running } from "../../scripts/draft/draft.mjs";

const namespace = "billing";
const recordedAt = "2026-11-13T00:41:00Z";
const last = `close-day-${Math.floor(Date.parse("2026-11-13T00:15:00Z") / 60_000)}`;
const minutes = (days, more = 0) => days * 86_400 + 26 * 60 + more;
const cut = (days) => ({
  ago: minutes(days),
  pods: [],
  failures: 1,
  failed: "Job was active longer than specified deadline",
  reason: "DeadlineExceeded",
  failedAgo: minutes(days, -60),
});
const done = (days, took, accounts) => ({
  ago: minutes(days),
  took: took + 4,
  change: (spec) => {
    delete spec.activeDeadlineSeconds;
    spec.template.spec.containers[0].image = "registry.internal/acme/statements:3.3.0";
  },
  state: completed({ ran: took + 2 }),
  log: [
    [minutes(days, -2), `closing the day for ${accounts} accounts, 500 at a time`],
    [minutes(days, -Math.round(took * 0.6)), "batch 41 does not add up to nothing"],
    [minutes(days, -took), `day closed in ${took} s`],
  ],
});

draftCluster(import.meta.url, {
  recordedAt,
  age: "420d",
  namespaces: [namespace],
  apply: [
    "repo/deploy",
    ...neighbour(namespace, "ledger", { image: "registry.internal/acme/ledger:9.6.2", replicas: 2, memory: "512Mi" }),
    ...neighbour(namespace, "invoices", { image: "registry.internal/acme/invoices:4.4.0", replicas: 2 }),
  ],
  about: {
    "CronJob/billing/close-day": { jobs: [done(5, 902, 38_114), done(4, 917, 38_162), done(3, 931, 38_190), cut(2), cut(1), cut(0)] },
    "CronJob/billing/mail-statements": {
      jobs: [
        { ago: "1d 18h 41m", log: [["1d 18h 41m", "0 statements sent"]], state: completed({ ran: 3 }), took: 6 },
        { ago: "18h 41m", log: [["18h 41m", "0 statements sent"]], state: completed({ ran: 3 }), took: 6 },
      ],
    },
    "Deployment/billing/ledger": {
      revisions: [
        {
          ago: "47d",
          pods: [
            {
              log: [
                ["47d", "ledger 9.6.2"],
                [minutes(0, -1), "lock taken for close-day"],
                [minutes(0, -61), "client of lock close-day has gone, lock given back"],
                ["2m", "WARN 3 days are open"],
              ],
              events: [
                {
                  type: "Warning",
                  reason: "Unhealthy",
                  message: 'Readiness probe failed: Get "http://{ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
                  from: "ledger",
                  ago: "25m",
                  first: "26m",
                  count: 2,
                },
              ],
            },
            {
              state: running({ ago: "20d", restarts: 1, last: { exitCode: 137, reason: "OOMKilled", ago: "20d" } }),
              previousLog: [["47d", "ledger 9.6.2"], ["20d", "report of the quarter: 2 GB of rows"]],
              log: [["20d", "ledger 9.6.2"], ["9m", "WARN 3 days are open"]],
            },
          ],
        },
      ],
    },
  },
  events: [
    { object: "CronJob/billing/close-day", reason: "SuccessfulCreate", message: `Created job ${last}`, ago: minutes(0), from: "cronjob-controller" },
    { object: `Job/billing/${last}`, reason: "SuccessfulCreate", message: `Created pod: ${last}-5hq7c`, ago: minutes(0), from: "job-controller" },
    { object: `Job/billing/${last}`, reason: "SuccessfulDelete", message: `Deleted pod: ${last}-5hq7c`, ago: minutes(0, -60), from: "job-controller" },
    {
      object: `Job/billing/${last}`,
      type: "Warning",
      reason: "DeadlineExceeded",
      message: "Job was active longer than specified deadline",
      ago: minutes(0, -60),
      from: "job-controller",
    },
    {
      object: "CronJob/billing/close-day",
      reason: "SawCompletedJob",
      message: `Saw completed job: ${last}, condition: Failed`,
      ago: minutes(0, -60),
      from: "cronjob-controller",
    },
  ],
});
