// The cluster of this scenario: see scripts/draft/draft.mjs.
import { draftCluster, running, startEvents } from "../../scripts/draft/draft.mjs";
import { neighbour } from "../../scripts/draft/background.mjs";

const image = (name, tag) => `registry.internal/acme/${name}:${tag}`;
const controllerImage = "registry.internal/mirror/ingress-nginx/controller:v1.11.3";
const address = "203.0.113.40";

const nginxLabels = { "app.kubernetes.io/component": "controller", "app.kubernetes.io/name": "ingress-nginx" };
const nginx = [
  { apiVersion: "networking.k8s.io/v1", kind: "IngressClass", metadata: { name: "nginx" }, spec: { controller: "k8s.io/ingress-nginx" } },
  { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "ingress-nginx", namespace: "ingress-nginx" } },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "ingress-nginx-controller", namespace: "ingress-nginx", labels: nginxLabels },
    spec: {
      replicas: 1,
      selector: { matchLabels: nginxLabels },
      template: {
        metadata: { labels: nginxLabels },
        spec: {
          serviceAccountName: "ingress-nginx",
          containers: [
            {
              name: "controller",
              image: controllerImage,
              args: ["/nginx-ingress-controller", "--ingress-class=nginx", "--controller-class=k8s.io/ingress-nginx"],
              ports: [
                { name: "http", containerPort: 80 },
                { name: "https", containerPort: 443 },
              ],
              readinessProbe: { httpGet: { path: "/healthz", port: 10254 } },
              resources: { requests: { cpu: "100m", memory: "192Mi" } },
            },
          ],
        },
      },
    },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "ingress-nginx-controller", namespace: "ingress-nginx", labels: nginxLabels },
    spec: {
      type: "LoadBalancer",
      selector: nginxLabels,
      ports: [
        { name: "http", port: 80, targetPort: "http", nodePort: 31080 },
        { name: "https", port: 443, targetPort: "https", nodePort: 31443 },
      ],
    },
  },
];

const [faresEvents, faresEventsService] = neighbour("travel", "fares-events", { image: image("fares", "1.22.0"), port: 8090, replicas: 1 });
faresEvents.spec.template.spec.containers[0].ports[0].name = "sse";
for (const probe of ["readinessProbe", "livenessProbe"]) faresEvents.spec.template.spec.containers[0][probe].httpGet.port = "sse";
faresEventsService.spec.ports = [{ name: "sse", port: 8090, targetPort: "sse" }];

const faresIngress = {
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: { name: "fares", namespace: "travel", labels: { app: "fares" } },
  spec: {
    ingressClassName: "nginx",
    rules: [
      {
        host: "travel.example",
        http: {
          paths: [{ path: "/fares", pathType: "Prefix", backend: { service: { name: "fares", port: { name: "http" } } } }],
        },
      },
    ],
  },
};

const day = "17/Nov/2026";
const access = (time, path, status, upstream, ms) =>
  `10.0.3.17 - - [${day}:${time} +0000] "GET ${path} HTTP/2.0" ${status} ${status === 503 ? 190 : 842} "-" "Mozilla/5.0" 312 ${ms} [${upstream}] [] ${status === 503 ? "- - - -" : `${upstream.startsWith("travel-fares") ? "10.244.1.162" : "10.244.1.57"}:8080 842 ${ms} 200`} 5d0b7a1c9e`;
const noEndpoints = (time, pid) =>
  `W1117 ${time}.482913       7 controller.go:1232] Error obtaining Endpoints for Service "travel/timetable-event": no object matching key "travel/timetable-event" in local store`;

draftCluster(import.meta.url, {
  recordedAt: "2026-11-17T11:05:00Z",
  age: "236d",
  namespaces: ["travel", "ingress-nginx"],
  apply: [
    "repo/deploy",
    ...nginx,
    ...neighbour("travel", "fares", { image: image("fares", "1.22.0") }),
    faresEvents,
    faresEventsService,
    faresIngress,
    ...neighbour("travel", "alerts", { image: image("alerts", "0.14.2"), replicas: 1 }),
  ],
  about: {
    "Ingress/travel/timetable": { age: "235d", status: { loadBalancer: { ingress: [{ ip: address }] } } },
    "Ingress/travel/fares": { age: "200d", status: { loadBalancer: { ingress: [{ ip: address }] } } },
    "Service/ingress-nginx/ingress-nginx-controller": { status: { loadBalancer: { ingress: [{ ip: address }] } } },
    "Deployment/ingress-nginx/ingress-nginx-controller": {
      revisions: [
        {
          ago: "58d",
          pods: [
            {
              log: [
                ["3h 5m 12s", 'I1117 07:59:48.114072       7 event.go:377] Event(v1.ObjectReference{Kind:"Ingress", Namespace:"travel", Name:"timetable", APIVersion:"networking.k8s.io/v1"}): type: \'Normal\' reason: \'Sync\' Scheduled for sync'],
                ["3h 5m 11s", noEndpoints("07:59:49")],
                ["3h 5m 11s", 'I1117 07:59:49.501187       7 controller.go:193] "Configuration changes detected, backend reload required"'],
                ["3h 5m 10s", 'I1117 07:59:50.020431       7 controller.go:213] "Backend successfully reloaded"'],
                ["42m", noEndpoints("10:23:00")],
                ["41m 8s", access("10:23:52", "/stops/harbour", 200, "travel-timetable-http", "0.004")],
                ["36m", access("10:29:00", "/live", 503, "travel-timetable-event-sse", "0.000")],
                ["22m", access("10:43:00", "/fares/day-ticket", 200, "travel-fares-http", "0.011")],
                ["14m", '2026/11/17 10:51:00 [warn] 31#31: *884213 a client request body is buffered to a temporary file /tmp/nginx/client-body/0000000042, client: 10.0.3.17, server: travel.example, request: "POST /fares/import HTTP/2.0"'],
                ["9m", access("10:56:00", "/live", 503, "travel-timetable-event-sse", "0.000")],
                ["8m 20s", access("10:56:40", "/", 404, "travel-timetable-http", "0.002")],
                ["5m", access("11:00:00", "/live", 503, "travel-timetable-event-sse", "0.000")],
                ["4m", noEndpoints("11:01:00")],
                ["70s", access("11:03:50", "/stops/old-mill", 200, "travel-timetable-http", "0.003")],
                ["31s", access("11:04:29", "/live", 503, "travel-timetable-event-sse", "0.000")],
              ],
            },
          ],
        },
      ],
    },
    "Deployment/travel/timetable": {
      revisions: [
        { ago: "70d 2h", change: (template) => (template.spec.containers[0].image = image("timetable", "3.6.0")) },
        {
          ago: "3h 5m",
          pods: [1, 2, 3].map(() => ({
            log: [
              ["3h 4m 50s", "timetable 4.0.0 starting, node v20.18.1"],
              ["3h 4m 50s", "listening on :8080"],
            ],
          })),
        },
      ],
    },
    "Deployment/travel/timetable-events": {
      age: "3h 5m",
      revisions: [
        {
          ago: "3h 5m",
          pods: [0, 1].map(() => ({
            log: [
              ["3h 4m 51s", "timetable-events 4.0.0 starting, node v20.18.1"],
              ["3h 4m 51s", "listening on :8090"],
              ["2h 54m 51s", "0 open streams"],
              ["44m 51s", "0 open streams"],
              ["34m 51s", "0 open streams"],
              ["14m 51s", "0 open streams"],
              ["4m 51s", "0 open streams"],
            ],
          })),
        },
      ],
    },
    "Service/travel/timetable-events": { age: "3h 5m" },
    "Deployment/travel/fares": {
      age: "200d",
      revisions: [
        {
          ago: "33d",
          pods: [
            {
              state: running({ ago: "8d 2h", restarts: 2, last: { exitCode: 137, reason: "Error", ago: "8d 2h" } }),
              log: [
                ["8d 2h", "fares 1.22.0 starting, node v20.18.1"],
                ["8d 2h", "listening on :8080"],
                ["22m", "GET /fares/day-ticket 200"],
              ],
              previousLog: [
                ["20d", "fares 1.22.0 starting, node v20.18.1"],
                ["8d 2h", "SIGTERM: the node is being restarted"],
              ],
            },
            { log: ["fares 1.22.0 starting, node v20.18.1", "listening on :8080", "GET /fares/zones 200"] },
          ],
        },
      ],
    },
    "Deployment/travel/fares-events": {
      age: "120d",
      revisions: [{ ago: "33d", pods: [{ log: ["fares-events 1.22.0 starting, node v20.18.1", "listening on :8090", "14 open streams", "17 open streams"] }] }],
    },
    "Deployment/travel/alerts": {
      revisions: [
        {
          ago: "35m",
          pods: [
            {
              log: ["alerts 0.14.2 starting, node v20.18.1", "listening on :8080", "travel.example/live: expected 200, got 503 (for 2h 57m)"],
              events: [
                ...startEvents("alerts", image("alerts", "0.14.2"), "34m 50s", { pulled: "1.204s" }),
                {
                  type: "Warning",
                  reason: "Unhealthy",
                  from: "alerts",
                  message: 'Readiness probe failed: Get "http://{ip}:8080/healthz": dial tcp {ip}:8080: connect: connection refused',
                  ago: "34m 40s",
                },
              ],
            },
          ],
        },
      ],
    },
  },
  events: [
    { object: "Ingress/travel/timetable", reason: "Sync", message: "Scheduled for sync", ago: "12m", first: "52m", count: 3, from: "nginx-ingress-controller" },
  ],
});
