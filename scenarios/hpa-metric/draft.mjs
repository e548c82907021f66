// The cluster of this scenario: see scripts/draft/draft.mjs.
import { draftCluster, running, startEvents } from "../../scripts/draft/draft.mjs";
import { neighbour } from "../../scripts/draft/background.mjs";
import { createClock } from "../../scripts/draft/names.mjs";

const recordedAt = "2026-11-17T14:25:00Z";
const { stamp } = createClock(recordedAt);
const image = (name, tag) => `registry.internal/acme/${name}:${tag}`;
const missing =
  "unable to get metric renderer_jobs_queued: unable to fetch metrics from custom metrics API: the server could not find the metric renderer_jobs_queued for pods";
const condition = (type, status, reason, message, ago) => ({ lastTransitionTime: stamp(ago), message, reason, status, type });
const ableToScale = (ago) =>
  condition("AbleToScale", "True", "ReadyForNewScale", "recommended size matches current size", ago);

/** A rule of the adapter, for a gauge of pods. */
const series = (name) => `  - seriesQuery: '${name}{namespace!="",pod!=""}'
    resources:
      overrides:
        namespace: {resource: namespace}
        pod: {resource: pod}
    metricsQuery: 'sum(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)'
`;

const waits = (first, step) =>
  Array.from({ length: 14 }, (_, at) => [`${140 - at * 10}m`, `job ${first + at * step}: waited ${40 + at * 170} s`]);

draftCluster(import.meta.url, {
  recordedAt,
  age: "237d",
  namespaces: ["press", "monitoring"],
  apply: [
    "repo/deploy",
    ...neighbour("press", "fonts", { image: image("fonts", "2.5.1"), replicas: 3 }),
    ...neighbour("press", "archive", { image: image("archive", "0.31.0"), replicas: 1 }),
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "prometheus-adapter", namespace: "monitoring", labels: { app: "prometheus-adapter" } },
      data: {
        "config.yaml": `rules:\n${["renderer_jobs_waiting", "mailroom_letters_unsent", "archive_bytes_unwritten"].map(series).join("")}`,
      },
    },
    ...neighbour("monitoring", "prometheus-adapter", { image: "registry.internal/mirror/prometheus-adapter:v0.12.0", port: 6443, replicas: 1 }),
    ...neighbour("monitoring", "prometheus", { image: "registry.internal/mirror/prometheus:v2.54.1", port: 9090, replicas: 1, memory: "1Gi" }),
  ],
  about: {
    "ConfigMap/monitoring/prometheus-adapter": { age: "200d" },
    "Deployment/press/renderer": {
      revisions: [
        { ago: "61d", change: (template) => (template.spec.containers[0].image = image("renderer", "4.6.1")) },
        {
          ago: "4d 2h",
          pods: [
            { log: [["4d 2h", "listening on :8080"], ["1d 3h", "job 20118: waited 3 s"], ...waits(23310, 61)] },
            { log: [["4d 2h", "listening on :8080"], ["1d 2h", "job 20166: waited 2 s"], ...waits(23341, 58)] },
          ],
        },
      ],
    },
    "HorizontalPodAutoscaler/press/renderer": {
      age: "237d",
      status: {
        conditions: [
          condition("AbleToScale", "True", "SucceededGetScale", "the HPA controller was able to get the target's current scale", "237d"),
          condition("ScalingActive", "False", "FailedGetPodsMetric", `the HPA was unable to compute the replica count: ${missing}`, "4d 2h"),
          condition("ScalingLimited", "False", "DesiredWithinRange", "the desired count is within the acceptable range", "5d"),
        ],
        currentMetrics: null,
        currentReplicas: 2,
        desiredReplicas: 2,
        lastScaleTime: stamp("5d 3h"),
      },
    },
    "Deployment/press/previews": {
      age: "140d",
      revisions: [
        {
          ago: "38d",
          pods: [
            { log: [["38d", "previews 1.8.0: listening on :8080"], ["50s", "picture 901144 in 212 ms"]] },
            { log: [["38d", "previews 1.8.0: listening on :8080"], ["44s", "picture 901147 in 198 ms"]] },
          ],
        },
      ],
    },
    "HorizontalPodAutoscaler/press/previews": {
      age: "140d",
      status: {
        conditions: [
          ableToScale("140d"),
          condition("ScalingActive", "True", "ValidMetricFound", "the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)", "31m"),
          condition("ScalingLimited", "True", "TooFewReplicas", "the desired replica count is less than the minimum replica count", "2d"),
        ],
        currentMetrics: [{ resource: { current: { averageUtilization: 31, averageValue: "78m" }, name: "cpu" }, type: "Resource" }],
        currentReplicas: 2,
        desiredReplicas: 2,
        lastScaleTime: stamp("2d 4h"),
      },
    },
    "Deployment/press/fonts": {
      revisions: [
        {
          ago: "60d",
          pods: [
            {
              state: running({ ago: "21d", restarts: 1, last: { exitCode: 1, reason: "Error", ago: "21d" } }),
              log: [["21d", "fonts 2.5.1 starting, node v20.18.1"], ["21d", "listening on :8080"]],
              previousLog: [["60d", "fonts 2.5.1 starting, node v20.18.1"], ["21d", "Error: EMFILE: too many open files, open '/fonts/serif-italic'"]],
            },
            { log: ["fonts 2.5.1 starting, node v20.18.1", "listening on :8080"] },
            { log: ["fonts 2.5.1 starting, node v20.18.1", "listening on :8080"] },
          ],
        },
      ],
    },
    "Deployment/press/archive": {
      revisions: [
        {
          ago: "48m",
          pods: [
            {
              log: [["47m 58s", "archive 0.31.0 starting, node v20.18.1"], ["47m 58s", "listening on :8080"], ["20m", "WARN 14 documents came late today (more than 30 min after their order)"]],
              events: startEvents("archive", image("archive", "0.31.0"), "47m 59s", { pulled: "3.02s" }),
            },
          ],
        },
      ],
    },
    "Deployment/monitoring/prometheus-adapter": {
      revisions: [
        {
          ago: "4d 3h",
          pods: [
            {
              log: [
                ["4d 3h", 'I1113 11:24:58.210021       1 adapter.go:198] successfully using in-cluster auth'],
                ["4d 3h", 'I1113 11:24:58.901177       1 secure_serving.go:213] Serving securely on [::]:6443'],
                ["3h 2m", 'I1117 11:23:04.118840       1 request.go:697] Waited for 1.04s due to client-side throttling, not priority and fairness'],
              ],
            },
          ],
        },
      ],
    },
    "Deployment/monitoring/prometheus": {
      revisions: [
        { ago: "77d", pods: [{ log: [["85m", 'ts=2026-11-17T13:00:01.201Z caller=head.go:1350 level=info component=tsdb msg="Head GC completed" duration=7.1ms']] }] },
      ],
    },
  },
  events: [
    { object: "HorizontalPodAutoscaler/press/renderer", type: "Warning", reason: "FailedGetPodsMetric", message: missing, ago: 11, first: "59m", count: 236, from: "horizontal-pod-autoscaler" },
    {
      object: "HorizontalPodAutoscaler/press/renderer",
      type: "Warning",
      reason: "FailedComputeMetricsReplicas",
      message: `invalid metrics (1 invalid out of 1), first error is: failed to get pods metric value: ${missing}`,
      ago: "9m 56s",
      first: "59m",
      count: 197,
      from: "horizontal-pod-autoscaler",
    },
    {
      object: "HorizontalPodAutoscaler/press/previews",
      type: "Warning",
      reason: "FailedGetResourceMetric",
      message: "failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API",
      ago: "31m",
      from: "horizontal-pod-autoscaler",
    },
  ],
});
