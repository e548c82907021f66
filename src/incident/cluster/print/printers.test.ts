import assert from "node:assert/strict";
import { test } from "node:test";
import type { RecordedObject } from "../recorded-object.ts";
import { builtInTypes } from "../resource-types.ts";
import type { Cell } from "./printer.ts";
import { printerOf } from "./printers.ts";

const now = Date.parse("2026-03-04T12:00:00Z");

/** The cells of a resource's row after its name and without its age, with the columns they stand in. */
function row(resource: string, members: object, metadata: object = {}): Readonly<Record<string, Cell | undefined>> {
  const [group = "", name = ""] = resource.includes("/") ? resource.split("/") : ["", resource];
  const type = builtInTypes.find((it) => it.group === group && it.resource === name);
  assert.ok(type, resource);
  const object: RecordedObject = {
    apiVersion: "v1",
    kind: type.kind,
    metadata: { name: "x", uid: "u", creationTimestamp: "2026-03-04T11:00:00Z", ...metadata },
    ...members,
  };
  const { columns, cells } = printerOf(type);
  const values = cells(object, now);
  assert.equal(values.length, columns.length, `${resource}: a cell for each column`);
  return Object.fromEntries(columns.map((column, index) => [column.name, values[index]]));
}

function has(actual: Readonly<Record<string, Cell | undefined>>, expected: Readonly<Record<string, Cell>>): void {
  for (const [column, cell] of Object.entries(expected)) assert.equal(actual[column], cell, column);
}

test("every printer has a cell for each column, also for an object with nothing in it", () => {
  for (const type of builtInTypes) row(type.group === "" ? type.resource : `${type.group}/${type.resource}`, {});
});

test("services", () => {
  const ports = [
    { port: 80, protocol: "TCP" },
    { port: 53, nodePort: 30053, protocol: "UDP" },
  ];
  has(row("services", { spec: { type: "ClusterIP", clusterIP: "None", ports } }), {
    "Cluster-IP": "None",
    "External-IP": "<none>",
    "Port(s)": "80/TCP,53:30053/UDP",
    Selector: "<none>",
  });
  has(
    row("services", {
      spec: { type: "LoadBalancer", externalIPs: ["192.0.2.9"] },
      status: { loadBalancer: { ingress: [{ hostname: "b" }, { ip: "a" }] } },
    }),
    {
      "External-IP": "a,b,192.0.2.9",
      "Port(s)": "<none>",
    },
  );
  has(row("services", { spec: { type: "LoadBalancer" } }), { "External-IP": "<pending>" });
  has(row("services", { spec: { type: "ExternalName", externalName: "db.example" } }), {
    "Cluster-IP": "<none>",
    "External-IP": "db.example",
  });
});

test("endpoints and their slices show three and count the rest", () => {
  const addresses = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"];
  const subset = { addresses: addresses.map((ip) => ({ ip })), ports: [{ port: 80 }] };
  has(row("endpoints", { subsets: [subset] }), { Endpoints: "10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 2 more..." });
  has(row("endpoints", { subsets: [{ notReadyAddresses: [{ ip: "10.0.0.1" }], ports: [{ port: 80 }] }] }), { Endpoints: "" });
  has(row("endpoints", {}), { Endpoints: "<none>" });
  has(row("discovery.k8s.io/endpointslices", { addressType: "IPv4", ports: [{ port: 80 }, { name: "any" }], endpoints: [{ addresses }] }), {
    Ports: "80,any",
    Endpoints: "10.0.0.1,10.0.0.2,10.0.0.3 + 2 more...",
  });
  has(row("discovery.k8s.io/endpointslices", {}), { Ports: "<unset>", Endpoints: "<unset>" });
});

test("ingresses and network policies", () => {
  const rules = ["a", "b", "c", "d"].map((host) => ({ host }));
  has(row("networking.k8s.io/ingresses", { spec: { rules } }), { Class: "<none>", Hosts: "a,b,c + 1 more...", Address: "", Ports: "80" });
  has(row("networking.k8s.io/ingresses", { spec: { rules: [{}], tls: [{}] } }), { Hosts: "*", Ports: "80, 443" });
  has(row("networking.k8s.io/networkpolicies", { spec: { podSelector: {} } }), { "Pod-Selector": "<none>" });
});

test("jobs and cron jobs", () => {
  const status = {
    succeeded: 1,
    startTime: "2026-03-04T11:00:00Z",
    completionTime: "2026-03-04T11:01:30Z",
    conditions: [{ type: "Complete", status: "True" }],
  };
  has(row("batch/jobs", { spec: { completions: 3 }, status }), { Status: "Complete", Completions: "1/3", Duration: "90s" });
  has(row("batch/jobs", { spec: { parallelism: 4 }, status: { startTime: "2026-03-04T11:55:00Z" } }), {
    Status: "Running",
    Completions: "0/1 of 4",
    Duration: "5m",
  });
  has(row("batch/jobs", { status: { conditions: [{ type: "Failed", status: "True" }] } }), {
    Status: "Failed",
    Completions: "0/1",
    Duration: "",
  });
  has(
    row("batch/cronjobs", {
      spec: { schedule: "@daily", suspend: false },
      status: { active: [{}], lastScheduleTime: "2026-03-04T11:50:00Z" },
    }),
    {
      Schedule: "@daily",
      Timezone: "<none>",
      Suspend: "False",
      Active: 1,
      "Last Schedule": "10m",
    },
  );
});

test("daemon sets, revisions and disruption budgets", () => {
  const spec = {
    template: { spec: { nodeSelector: { b: "2", a: "1" }, containers: [{ name: "c", image: "i" }] } },
    selector: { matchLabels: { k: "v" } },
  };
  has(row("apps/daemonsets", { spec, status: { desiredNumberScheduled: 3, numberReady: 2 } }), {
    Desired: 3,
    Ready: 2,
    Available: 0,
    "Node Selector": "a=1,b=2",
    Containers: "c",
    Images: "i",
    Selector: "k=v",
  });
  const ownerReferences = [{ apiVersion: "apps/v1", kind: "StatefulSet", name: "db", controller: true }];
  has(row("apps/controllerrevisions", { revision: 4 }, { ownerReferences }), { Controller: "statefulset.apps/db", Revision: 4 });
  has(row("policy/poddisruptionbudgets", { spec: { maxUnavailable: "25%", minAvailable: 0 }, status: { disruptionsAllowed: 1 } }), {
    "Min Available": "0",
    "Max Unavailable": "25%",
    "Allowed Disruptions": 1,
  });
});

test("nodes and quotas", () => {
  const labels = { "node-role.kubernetes.io/b": "", "node-role.kubernetes.io/a": "", "kubernetes.io/role": "c" };
  has(row("nodes", { spec: { unschedulable: true }, status: { conditions: [{ type: "Ready", status: "Unknown" }] } }, { labels }), {
    Status: "NotReady,SchedulingDisabled",
    Roles: "a,b,c",
    "OS-Image": "<unknown>",
  });
  has(row("nodes", {}), { Status: "Unknown", Roles: "<none>", "Internal-IP": "<none>" });
  has(
    row("resourcequotas", {
      status: { hard: { pods: "10", "limits.memory": "4Gi", cpu: "2" }, used: { pods: "3", "limits.memory": "1Gi" } },
    }),
    {
      Request: "cpu: 0/2, pods: 3/10",
      Limit: "limits.memory: 1Gi/4Gi",
    },
  );
});

test("volumes, claims and classes", () => {
  const accessModes = ["ReadWriteMany", "ReadWriteOnce"];
  has(
    row("persistentvolumes", {
      spec: { accessModes, capacity: { storage: "5Gi" }, claimRef: { namespace: "n", name: "c" }, persistentVolumeReclaimPolicy: "Retain" },
      status: { phase: "Bound" },
    }),
    { Capacity: "5Gi", "Access Modes": "RWO,RWX", Claim: "n/c", Status: "Bound", VolumeAttributesClass: "<unset>" },
  );
  has(row("persistentvolumeclaims", { spec: { accessModes, storageClassName: "fast" }, status: { phase: "Pending" } }), {
    Status: "Pending",
    Volume: "",
    Capacity: "",
    "Access Modes": "",
    StorageClass: "fast",
  });
  has(row("persistentvolumeclaims", { status: { phase: "Bound" } }, { deletionTimestamp: "2026-03-04T11:00:00Z" }), {
    Status: "Terminating",
  });
  const annotations = { "storageclass.kubernetes.io/is-default-class": "true" };
  has(row("storage.k8s.io/storageclasses", { provisioner: "p" }, { annotations }), {
    Name: "x (default)",
    ReclaimPolicy: "Delete",
    VolumeBindingMode: "Immediate",
    AllowVolumeExpansion: false,
  });
});

test("autoscalers show current against wanted", () => {
  const resource = (name: string, target: object) => ({ type: "Resource", resource: { name, target } });
  const metrics = [
    resource("cpu", { averageUtilization: 60 }),
    resource("memory", { averageValue: "1Gi" }),
    { type: "Pods", pods: { target: { averageValue: "5" } } },
  ];
  const currentMetrics = [{ resource: { current: { averageUtilization: 90 } } }];
  has(row("autoscaling/horizontalpodautoscalers", { spec: { metrics, maxReplicas: 5 }, status: { currentMetrics } }), {
    Targets: "cpu: 90%/60%, memory: <unknown>/1Gi + 1 more...",
    MinPods: "<unset>",
    MaxPods: 5,
  });
});

test("bindings, and kinds without a printer of their own", () => {
  const subjects = [
    { kind: "User", name: "u" },
    { kind: "Group", name: "g" },
    { kind: "ServiceAccount", namespace: "n", name: "s" },
  ];
  has(row("rbac.authorization.k8s.io/rolebindings", { roleRef: { kind: "Role", name: "r" }, subjects }), {
    Role: "Role/r",
    Users: "u",
    Groups: "g",
    ServiceAccounts: "n/s",
  });
  has(row("rbac.authorization.k8s.io/roles", {}), { Name: "x", "Created At": "2026-03-04T11:00:00Z" });
});

test("events show their series, and a first time where there is no last", () => {
  const series = { count: 7, lastObservedTime: "2026-03-04T11:58:00.000000Z" };
  has(row("events", { eventTime: "2026-03-04T11:30:00.000000Z", series, involvedObject: { kind: "Pod" } }), {
    "Last Seen": "2m",
    "First Seen": "30m",
    Count: 7,
    Object: "pod",
  });
  has(row("events", { firstTimestamp: null, message: " a \n" }), { "Last Seen": "<unknown>", Count: 1, Message: "a" });
});

test("kinds of the server's own", () => {
  const condition = (type: string, status: string, reason = "") => ({ type, status, reason });
  has(row("componentstatuses", { conditions: [{ ...condition("Healthy", "True"), message: "ok" }] }), { Status: "Healthy", Message: "ok" });
  has(row("componentstatuses", {}), { Status: "Unknown" });
  has(row("apiregistration.k8s.io/apiservices", { spec: {}, status: { conditions: [condition("Available", "True", "Local")] } }), {
    Service: "Local",
    Available: "True",
  });
  const down = { conditions: [condition("Available", "False", "MissingEndpoints")] };
  has(row("apiregistration.k8s.io/apiservices", { spec: { service: { namespace: "n", name: "s" } }, status: down }), {
    Service: "n/s",
    Available: "False (MissingEndpoints)",
  });
  has(row("storage.k8s.io/csidrivers", { spec: { volumeLifecycleModes: ["Persistent"] } }), {
    AttachRequired: true,
    PodInfoOnMount: false,
    TokenRequests: "<unset>",
    Modes: "Persistent",
  });
  has(row("storage.k8s.io/volumeattachments", { spec: { attacher: "a", nodeName: "n" }, status: { attached: true } }), {
    Attacher: "a",
    Node: "n",
    Attached: true,
  });
  has(
    row("flowcontrol.apiserver.k8s.io/prioritylevelconfigurations", { spec: { type: "Exempt", exempt: { nominalConcurrencyShares: 0 } } }),
    {
      NominalConcurrencyShares: "<none>",
    },
  );
  const signing = {
    spec: { signerName: "s", username: "u", expirationSeconds: 3600 },
    status: { conditions: [condition("Approved", "True")] },
  };
  has(row("certificates.k8s.io/certificatesigningrequests", signing), { RequestedDuration: "60m", Condition: "Approved" });
  has(row("admissionregistration.k8s.io/validatingadmissionpolicies", { spec: { validations: [{}] } }), {
    Validations: 1,
    ParamKind: "<unset>",
  });
});
