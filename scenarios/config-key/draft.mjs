// Namespace notify half an hour after the merge of mailer 6.2.0.
import { neighbour } from "../../scripts/draft/background.mjs";
import { cannotCreate, completed, draftCluster, running } from "../../scripts/draft/draft.mjs";

const image = "registry.internal/acme/mailer:6.2.0";

const before = (template) => {
  const [mailer] = template.spec.containers;
  mailer.image = "registry.internal/acme/mailer:6.1.1";
  mailer.env = mailer.env.filter(({ name }) => name !== "TEMPLATES");
};

const old = (sent) => ({
  log: [
    ["58d", "mailer 6.1.1: relay relay.mail.acme.example:2525"],
    ["58d", "listening on :8080"],
    ["26m", `sent ${sent} mails in the last hour, 1 deferred: 450 mailbox busy`],
  ],
});

draftCluster(import.meta.url, {
  recordedAt: "2026-11-17T15:46:00Z",
  age: "259d",
  namespaces: ["notify"],
  apply: [
    "repo/deploy",
    ...neighbour("notify", "push", { image: "registry.internal/acme/push:3.5.0" }),
    ...neighbour("notify", "preferences", { image: "registry.internal/acme/preferences:1.9.3" }),
  ],
  about: {
    "Deployment/notify/mailer": {
      revisions: [
        { ago: "58d", number: 14, change: before, pods: [old(412), old(388)] },
        {
          ago: "31m",
          number: 15,
          pods: [
            {
              state: cannotCreate({ message: "couldn't find key sender-address in ConfigMap notify/mail-settings" }),
              events: [
                { type: "Normal", reason: "Pulled", message: `Container image "${image}" already present on machine`, from: "mailer", ago: 8, first: "30m 57s", count: 143 },
              ],
            },
          ],
        },
      ],
    },
    "CronJob/notify/digest": {
      jobs: [
        {
          ago: "9h 46m",
          state: completed({ ago: 35_080, ran: 68 }),
          log: [
            ["9h 45m", "digest: from orders@shop.acme.example by relay.mail.acme.example"],
            ["9h 45m", "error: 550 no such mailbox, 3 of 2214 digests were not taken"],
            ["9h 44m 50s", "2211 digests sent"],
          ],
        },
      ],
    },
    "Deployment/notify/bounces": {
      revisions: [{ ago: "57d", pods: [{ log: [["57d", "bounces: reading the box of bounces@mail.acme.example"], ["1h", "7 for good, 12 for another day"], ["11m", "2 for good, 5 for another day"]] }] }],
    },
    "Deployment/notify/push": {
      revisions: [
        {
          ago: "23d",
          pods: [
            {
              log: [["23d", "push 3.5.0 listening on :8080"], ["3m", "1204 devices reached"]],
              events: [
                {
                  type: "Warning",
                  reason: "Unhealthy",
                  message: 'Liveness probe failed: Get "http://{ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
                  from: "push",
                  ago: "44m",
                },
              ],
            },
            {
              state: running({ ago: "6d", restarts: 1, last: { exitCode: 1, reason: "Error", ago: "6d 2s" } }),
              log: [["6d", "push 3.5.0 listening on :8080"], ["2m", "1187 devices reached"]],
              previousLog: [["23d", "push 3.5.0 listening on :8080"], ["6d 2s", "fatal: certificate of the gateway was renewed, connecting anew"]],
            },
          ],
        },
      ],
    },
    "Deployment/notify/preferences": {
      revisions: [
        {
          ago: "90d",
          pods: [0, 1].map((index) => ({
            log: [["90d", "preferences 1.9.3 listening on :8080"], [`${14 - index}m`, "GET /customers/88120 200"]],
            ...(index === 0 && {
              events: [
                {
                  type: "Warning",
                  reason: "Unhealthy",
                  message: 'Readiness probe failed: Get "http://{ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
                  from: "preferences",
                  ago: "37m",
                  first: "37m 10s",
                  count: 2,
                },
              ],
            }),
          })),
        },
      ],
    },
  },
});
