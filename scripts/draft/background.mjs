// What every cluster has beside the incident: nodes, DNS, the proxy.
import { hexOf, uidOf } from "./names.mjs";

export const defaultNodes = [
  {
    name: "cp-1",
    cpu: 4,
    memoryKi: 8_127_396,
    taints: [{ effect: "NoSchedule", key: "node-role.kubernetes.io/control-plane" }],
    labels: { "node-role.kubernetes.io/control-plane": "" },
  },
  { name: "worker-1", cpu: 8, memoryKi: 16_374_624 },
  { name: "worker-2", cpu: 8, memoryKi: 16_374_624 },
];

/** `node`: `{ name, cpu, memoryKi, arch?, labels?, taints?, unschedulable?, conditions?: { DiskPressure: "True" } , ip, rebooted? }`; `rebooted`: how long ago */
export function nodeObject(node, clock) {
  const { name, cpu, memoryKi, arch = "amd64", ip, index } = node;
  const condition = (type, calm, reasons, messages) => {
    const status = node.conditions?.[type] ?? calm;
    const at = status === calm ? 0 : 1;
    return {
      lastHeartbeatTime: clock.stamp(50),
      lastTransitionTime: clock.stamp(at === 0 ? (node.rebooted ?? "240d") : (node.since ?? "2h")),
      message: messages[at],
      reason: reasons[at],
      status,
      type,
    };
  };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      labels: {
        "beta.kubernetes.io/arch": arch,
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": arch,
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        ...node.labels,
      },
      name,
    },
    spec: {
      podCIDR: `10.244.${index}.0/24`,
      podCIDRs: [`10.244.${index}.0/24`],
      ...(node.taints && { taints: node.taints }),
      ...(node.unschedulable && { unschedulable: true }),
    },
    status: {
      addresses: [
        { address: ip, type: "InternalIP" },
        { address: name, type: "Hostname" },
      ],
      allocatable: { cpu: String(cpu), "ephemeral-storage": "74748089460", memory: `${memoryKi - 102_400}Ki`, pods: "110" },
      capacity: { cpu: String(cpu), "ephemeral-storage": "81106868Ki", memory: `${memoryKi}Ki`, pods: "110" },
      conditions: [
        condition(
          "MemoryPressure",
          "False",
          ["KubeletHasSufficientMemory", "KubeletHasInsufficientMemory"],
          ["kubelet has sufficient memory available", "kubelet has insufficient memory available"],
        ),
        condition(
          "DiskPressure",
          "False",
          ["KubeletHasNoDiskPressure", "KubeletHasDiskPressure"],
          ["kubelet has no disk pressure", "kubelet has disk pressure"],
        ),
        condition(
          "PIDPressure",
          "False",
          ["KubeletHasSufficientPID", "KubeletHasInsufficientPID"],
          ["kubelet has sufficient PID available", "kubelet has insufficient PID available"],
        ),
        condition("Ready", "True", ["KubeletReady", "KubeletNotReady"], ["kubelet is posting ready status", "container runtime is down"]),
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      ...(node.images && { images: node.images.map((image) => ({ names: [image], sizeBytes: 48_211_004 })) }),
      nodeInfo: {
        architecture: arch,
        bootID: uidOf(`boot ${name}`),
        containerRuntimeVersion: "containerd://1.7.22",
        kernelVersion: "6.1.0-26-amd64",
        kubeProxyVersion: "v1.31.4",
        kubeletVersion: "v1.31.4",
        machineID: hexOf(`machine ${name}`).slice(0, 32),
        operatingSystem: "linux",
        osImage: "Debian GNU/Linux 12 (bookworm)",
        systemUUID: uidOf(`system ${name}`),
      },
    },
  };
}

const dnsLabels = { "k8s-app": "kube-dns" };

export function backgroundObjects() {
  const namespace = "kube-system";
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "coredns", namespace } },
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "kube-proxy", namespace } },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "coredns", namespace },
      data: {
        Corefile:
          ".:53 {\n    errors\n    health\n    ready\n    kubernetes cluster.local in-addr.arpa ip6.arpa {\n       pods insecure\n       fallthrough in-addr.arpa ip6.arpa\n    }\n    forward . /etc/resolv.conf\n    cache 30\n    loop\n    reload\n    loadbalance\n}\n",
      },
    },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "kube-proxy", namespace },
      data: { "config.conf": "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: iptables\n" },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "coredns", namespace, labels: dnsLabels },
      spec: {
        replicas: 2,
        selector: { matchLabels: dnsLabels },
        template: {
          metadata: { labels: dnsLabels },
          spec: {
            serviceAccountName: "coredns",
            containers: [
              {
                name: "coredns",
                image: "registry.k8s.io/coredns/coredns:v1.11.3",
                args: ["-conf", "/etc/coredns/Corefile"],
                ports: [
                  { containerPort: 53, name: "dns", protocol: "UDP" },
                  { containerPort: 53, name: "dns-tcp" },
                  { containerPort: 9153, name: "metrics" },
                ],
                resources: { limits: { memory: "170Mi" }, requests: { cpu: "100m", memory: "70Mi" } },
                livenessProbe: { httpGet: { path: "/health", port: 8080 }, initialDelaySeconds: 60, failureThreshold: 5 },
                readinessProbe: { httpGet: { path: "/ready", port: 8181 } },
                volumeMounts: [{ mountPath: "/etc/coredns", name: "config-volume", readOnly: true }],
              },
            ],
            volumes: [{ name: "config-volume", configMap: { name: "coredns", items: [{ key: "Corefile", path: "Corefile" }] } }],
          },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "kube-dns", namespace, labels: dnsLabels },
      spec: {
        clusterIP: "10.96.0.10",
        selector: dnsLabels,
        ports: [
          { name: "dns", port: 53, protocol: "UDP", targetPort: 53 },
          { name: "dns-tcp", port: 53, targetPort: 53 },
        ],
      },
    },
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name: "kube-proxy", namespace, labels: { "k8s-app": "kube-proxy" } },
      spec: {
        selector: { matchLabels: { "k8s-app": "kube-proxy" } },
        template: {
          metadata: { labels: { "k8s-app": "kube-proxy" } },
          spec: {
            hostNetwork: true,
            serviceAccountName: "kube-proxy",
            tolerations: [{ operator: "Exists" }],
            containers: [
              {
                name: "kube-proxy",
                image: "registry.k8s.io/kube-proxy:v1.31.4",
                command: ["/usr/local/bin/kube-proxy", "--config=/var/lib/kube-proxy/config.conf"],
                volumeMounts: [{ mountPath: "/var/lib/kube-proxy", name: "kube-proxy" }],
              },
            ],
            volumes: [{ name: "kube-proxy", configMap: { name: "kube-proxy" } }],
          },
        },
      },
    },
  ];
}

/** A healthy neighbour: a Deployment with its Service, the way most of a namespace looks. */
export function neighbour(namespace, name, { image, port = 8080, replicas = 2, env = [], memory = "128Mi", extra = {} }) {
  const labels = { app: name };
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace, labels },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [
              {
                name,
                image,
                ports: [{ containerPort: port, name: "http" }],
                ...(env.length > 0 && { env }),
                readinessProbe: { httpGet: { path: "/healthz", port: "http" } },
                livenessProbe: { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 20 },
                resources: { limits: { memory }, requests: { cpu: "50m", memory } },
                ...extra,
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace, labels },
      spec: { selector: labels, ports: [{ name: "http", port: 80, targetPort: "http" }] },
    },
  ];
}
