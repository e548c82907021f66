// The cluster of this scenario: see scripts/draft/draft.mjs.
import { draftCluster, running, startEvents, unready } from "../../scripts/draft/draft.mjs";
import { neighbour } from "../../scripts/draft/background.mjs";

const image = (name, tag) => `registry.internal/acme/${name}:${tag}`;
const denied =
  'reflector: endpointslices.discovery.k8s.io is forbidden: User "system:serviceaccount:fleet:roster" cannot watch resource "endpointslices" in API group "discovery.k8s.io" in the namespace "fleet"';
const rounds = [2230, 2225, 2220, 1800, 1200, 600, 120, 15, 10, 5];

draftCluster(import.meta.url, {
  recordedAt: "2026-11-17T13:10:00Z",
  age: "158d",
  namespaces: ["fleet"],
  apply: [
    "repo/deploy",
    {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name: "roster", namespace: "fleet" },
      spec: { holderIdentity: "roster-0.8.3", leaseDurationSeconds: 15, leaseTransitions: 4 },
    },
    ...neighbour("fleet", "dispatch", { image: image("dispatch", "3.3.0") }),
    ...neighbour("fleet", "telematics", { image: image("telematics", "11.0.2"), replicas: 3, memory: "256Mi" }),
    ...neighbour("fleet", "depot-map", { image: image("depot-map", "1.1.0"), replicas: 1 }),
  ],
  about: {
    "Deployment/fleet/roster": {
      revisions: [
        {
          ago: "40d 1h",
          change: (template) => (template.spec.containers[0].image = image("roster", "0.8.3")),
          pods: [
            {
              log: [
                ["40d 1h", "roster 0.8.3 starting, node v20.18.1"],
                ["40d 1h", "listening on :8080"],
                ["40d 59m", "leading: took the lease"],
                ["2d 4h", "slice telematics-7dk2p: 3 addresses"],
              ],
            },
            {
              log: [
                ["40d 1h", "roster 0.8.3 starting, node v20.18.1"],
                ["40d 1h", "listening on :8080"],
                ["40d 58m", "following: the lease is held"],
              ],
            },
          ],
        },
        {
          ago: "37m 12s",
          pods: [
            {
              state: unready({ message: "Readiness probe failed: HTTP probe failed with statuscode: 503", times: 223 }),
              events: startEvents("roster", image("roster", "0.9.0"), "37m 12s", { pulled: "1.881s" }),
              log: [
                [2231, "roster 0.9.0 starting, node v20.18.1"],
                [2231, "listening on :8080"],
                ...rounds.flatMap((ago) => [
                  [ago + 0.4, `listed 7 endpoint slices at version ${48_299_400 + Math.floor((2230 - ago) / 4)}`],
                  [ago, denied],
                ]),
              ],
            },
          ],
        },
      ],
    },
    "CronJob/fleet/roster-report": {
      age: "92d",
      jobs: [
        {
          ago: "8h 55m",
          log: [
            ["8h 54m 52s", "roster-report 0.3.1"],
            ["8h 54m 50s", "WARN depot north-4 was not reachable for 212 s yesterday, left out of the sum"],
            ["8h 54m 49s", "report of 31 depots written"],
          ],
        },
      ],
    },
    "Deployment/fleet/dispatch": {
      revisions: [
        {
          ago: "19d",
          pods: [
            {
              log: ["dispatch 3.3.0 starting, node v20.18.1", "listening on :8080", "tour 7716 sent to 4 vehicles"],
              events: [
                {
                  type: "Warning",
                  reason: "Unhealthy",
                  from: "dispatch",
                  message:
                    'Readiness probe failed: Get "http://{ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
                  ago: "52m",
                  first: "53m",
                  count: 2,
                },
              ],
            },
            { log: ["dispatch 3.3.0 starting, node v20.18.1", "listening on :8080", "tour 7715 sent to 9 vehicles"] },
          ],
        },
      ],
    },
    "Deployment/fleet/telematics": {
      revisions: [
        {
          ago: "27d",
          pods: [
            {
              state: running({ ago: "6d 2h", restarts: 1, last: { exitCode: 1, reason: "Error", ago: "6d 2h" } }),
              log: [["6d 2h", "telematics 11.0.2 starting, node v20.18.1"], ["6d 2h", "listening on :8080"], ["3m", "accepted 48112 positions"]],
              previousLog: [["27d", "telematics 11.0.2 starting, node v20.18.1"], ["6d 2h", "Error: write EPIPE on the queue's connection, ending"]],
            },
            { log: ["telematics 11.0.2 starting, node v20.18.1", "listening on :8080", "accepted 47903 positions"] },
            { log: ["telematics 11.0.2 starting, node v20.18.1", "listening on :8080", "accepted 48007 positions"] },
          ],
        },
      ],
    },
    "Deployment/fleet/depot-map": {
      revisions: [{ ago: "71d", pods: [{ log: ["depot-map 1.1.0 starting, node v20.18.1", "listening on :8080"] }] }],
    },
  },
});
